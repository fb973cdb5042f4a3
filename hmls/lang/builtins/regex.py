"""Regular expressions as Nix has them: POSIX extended, as libstdc++'s std::regex has it.

They work on bytes. A pattern becomes one of Python's `re` wherever that finds the same
matches; the others run on `regex_search`, which takes the steps of libstdc++.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from hmls.lang.builtins.regex_parse import (
    ANY,
    Alternatives,
    Bytes,
    End,
    Group,
    Node,
    Repeat,
    Sequence,
    Start,
    nullable,
    parse,
)
from hmls.lang.builtins.regex_search import Program, Spans, program_of, search_all


@lru_cache(maxsize=512)
def compile_regex(pattern: str) -> Regex:
    """Raises NixError for a text that is no regular expression."""
    root, groups = parse(pattern)
    return Regex(root, groups)


@dataclass(frozen=True)
class Regex:
    """A regular expression.

    A match is the span of it all and of each group, (-1, -1) for one that took no part.
    """

    root: Node
    groups: int

    def match(self, text: bytes) -> Spans | None:
        """The match of the whole text."""
        if self._has_empty_loops:
            found = search_all(self._program, text, whole=True)
            return found[0] if found else None
        match = self._python.fullmatch(text)
        return None if match is None else list(match.regs)

    def find_all(self, text: bytes) -> list[Spans]:
        """All matches one after the other, as std::regex_iterator finds them."""
        if self._has_empty_loops or not self._first_is_longest:
            return search_all(self._program, text, whole=False)
        found: list[Spans] = []
        match = self._python.search(text)
        while match is not None:
            found.append(list(match.regs))
            start, end = match.span()
            if start == end:
                # After an empty match comes one that is not empty and begins right there.
                if end == len(text):
                    break
                longer = self._not_empty.match(text[end:])
                if longer is not None:
                    found.append([(a + end, b + end) if a >= 0 else (a, b) for a, b in longer.regs])
                    end += longer.end()
                else:
                    end += 1
            match = self._python.search(text, end)
        return found

    @cached_property
    def _python(self) -> re.Pattern[bytes]:
        return re.compile(_python_pattern(self.root), re.DOTALL)

    @cached_property
    def _not_empty(self) -> re.Pattern[bytes]:
        return re.compile(_python_pattern(self.root) + rb"(?!\A)", re.DOTALL)

    @cached_property
    def _program(self) -> Program:
        return program_of(self.root, self.groups)

    @cached_property
    def _has_empty_loops(self) -> bool:
        return any(
            isinstance(node, Repeat) and node.most != 1 and nullable(node.inner)
            for node in _walk(self.root)
        )

    @cached_property
    def _first_is_longest(self) -> bool:
        """Whether the first match that Python tries is surely the one that POSIX wants."""
        parts = self.root.parts if isinstance(self.root, Sequence) else (self.root,)
        starts = sum(isinstance(node, Start) for node in _walk(self.root))
        if starts > (1 if parts and isinstance(parts[0], Start) else 0):
            return False
        return all(_is_decided(node) for node in _walk(self.root) if isinstance(node, Alternatives))


def _walk(root: Node) -> list[Node]:
    found = [root]
    for node in found:
        match node:
            case Group(_, inner) | Repeat(inner):
                found.append(inner)
            case Sequence(parts) | Alternatives(parts):
                found.extend(parts)
    return found


def _is_decided(node: Alternatives) -> bool:
    """Whether at most one option can match anywhere, or all that can are of one length."""
    lengths = {_length(option) for option in node.options}
    if len(lengths) == 1 and None not in lengths:
        return True
    seen: set[int] = set()
    for option in node.options:
        if nullable(option):
            return False
        first = _first_bytes(option)
        if not seen.isdisjoint(first):
            return False
        seen |= first
    return True


def _length(node: Node) -> int | None:
    """How many bytes a node matches, or None where that differs."""
    match node:
        case Bytes():
            return 1
        case Start() | End():
            return 0
        case Group(_, inner):
            return _length(inner)
        case Sequence(parts):
            lengths = [_length(part) for part in parts]
            return None if None in lengths else sum(n for n in lengths if n is not None)
        case Alternatives(options):
            common = {_length(option) for option in options}
            return common.pop() if len(common) == 1 else None
        case Repeat(inner, _, least, most):
            length = _length(inner)
            return least * length if length is not None and least == most else None


def _first_bytes(node: Node) -> frozenset[int]:
    """The bytes with which what a node matches may begin."""
    match node:
        case Bytes(values):
            return values
        case Start() | End():
            return frozenset()
        case Group(_, inner) | Repeat(inner):
            return _first_bytes(inner)
        case Alternatives(options):
            return frozenset().union(*map(_first_bytes, options))
        case Sequence(parts):
            found: frozenset[int] = frozenset()
            for part in parts:
                found |= _first_bytes(part)
                if not nullable(part):
                    break
            return found


def _python_pattern(node: Node) -> bytes:
    match node:
        case Bytes(values):
            return _python_class(values)
        case Start():
            return rb"\A"
        case End():
            return rb"\Z"
        case Group(_, inner):
            return b"(" + _python_pattern(inner) + b")"
        case Sequence(parts):
            return b"".join(_python_pattern(part) for part in parts)
        case Alternatives(options):
            return b"(?:" + b"|".join(_python_pattern(option) for option in options) + b")"
        case Repeat(inner, _, least, most):
            limits = f"{{{least},{'' if most is None else most}}}".encode()
            return b"(?:" + _python_pattern(inner) + b")" + limits


def _python_class(values: frozenset[int]) -> bytes:
    if values == ANY:
        return b"."
    if not values:
        return b"(?!)"
    if len(values) == 1:
        return re.escape(bytes(values))
    ranges: list[bytes] = []
    ordered = sorted(values)
    low = previous = ordered[0]
    for value in [*ordered[1:], 999]:
        if value != previous + 1:
            ranges.append(b"\\x%02x-\\x%02x" % (low, previous))
            low = value
        previous = value
    return b"[" + b"".join(ranges) + b"]"
