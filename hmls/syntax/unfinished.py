"""What an unfinished text may become, by its brackets, keywords and semicolons alone.

tree-sitter makes little of a text whose end is missing, which is what a text is while a person
types. Here what is before a position is closed as its author will, so that it parses. Nothing
before the position moves: what is missing there takes the place of blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_CODE = re.compile(
    rb"\s+|#[^\n\r]*|/\*.*?(?:\*/|\Z)|[A-Za-z_][\w'-]*|\"|''|\$\{|\.\.\.|[=!<>]=|.", re.DOTALL
)
_STRING = re.compile(rb"\\.|\$\{|\"|\$(?=[\"\\])|\$.|[^\\$\"]+|.", re.DOTALL)
_INDENTED = re.compile(rb"''\$|''\\.|'''|''|\$\{|\$(?=')|\$.|'|[^$']+|.", re.DOTALL)
_NAME_START = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_CLOSERS = {b"{": b"}", b"${": b"}", b"(": b")", b"[": b"]", b"let": b"in"}
_OPENERS = {b"}": (b"{", b"${"), b")": (b"(",), b"]": (b"[",), b"in": (b"let",)}
_ENDINGS = {
    b"(": b")", b"[": b"]", b"${": b"}", b'"': b'"', b"''": b"''", b"let": b" in null",
    b"if": b" then null else null", b"then": b" else null", b"with": b"; null",
    b"assert": b"; null",
}  # fmt: skip
_WITHIN = (b"if", b"then", b"with", b"assert")
"""Keywords whose expression ends with what is around it."""
_MAX_LEVELS = 200
"""Deeper texts are left as they are."""


@dataclass(slots=True)
class _Level:
    """Something that was begun. `state` tells of sets and `let`s where in a binding the text is."""

    opener: bytes
    start: int
    state: str = "name"
    """`name`, `value` or `inherit`."""
    is_formals: bool = False
    binding: int = -1
    """Where the binding begins that the text is in the value of."""
    run: int = -1
    """Where the last path of names begins, and where what stands before it ends."""
    gap: int = 0
    after_dot: bool = False

    @property
    def holds_bindings(self) -> bool:
        return self.opener in (b"{", b"let")


class _Scan:
    """The levels that are open at the end of a text, and the text with what it lacks."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.mended = bytearray(text)
        self.levels: list[_Level] = [_Level(b"", 0)]
        self.unopened: list[bytes] = []
        """Closers of what was open before the text began."""
        self.previous_end = 0
        self.previous = b""
        self._run()

    def _run(self) -> None:
        text, offset, end = self.text, 0, len(self.text)
        while offset < end and len(self.levels) < _MAX_LEVELS:
            opener = self.levels[-1].opener
            pattern = _STRING if opener == b'"' else _INDENTED if opener == b"''" else _CODE
            match = pattern.match(text, offset)
            assert match is not None  # Each pattern ends in an alternative for any byte.
            token = match.group()
            start, offset = offset, match.end()
            if opener in (b'"', b"''"):
                if token == opener:
                    self._closed_string(offset)
                elif token == b"${":
                    self.levels.append(_Level(token, start))
            elif not token[:1].isspace() and token[:1] != b"#" and token[:2] != b"/*":
                self._take(token, start)
                self.previous, self.previous_end = token, offset

    def _closed_string(self, end: int) -> None:
        level = self.levels.pop()
        self._named(level.start)
        self.previous, self.previous_end = b'"', end

    def _named(self, start: int) -> None:
        """A part of a path of names, or what looks like one."""
        level = self.levels[-1]
        if not level.after_dot:
            level.run, level.gap = start, self.previous_end
        level.after_dot = False

    def _take(self, token: bytes, start: int) -> None:
        level = self.levels[-1]
        if token in (b"{", b"(", b"["):
            self.levels.append(_Level(token, start))
        elif token in (b'"', b"''", b"${"):
            if token == b"${":
                self._named(start)
            self.levels.append(_Level(token, start))
        elif token in _OPENERS:
            self._close(token, start)
        elif token == b"=":
            self._equals()
        elif token == b";":
            self._semicolon()
        elif token == b".":
            level.after_dot = True
        elif token in (b",", b"...", b"?"):
            if level.opener == b"{" and level.state == "name":
                level.is_formals = True
        elif token[0] in _NAME_START:
            self._word(token, start)

    def _word(self, token: bytes, start: int) -> None:
        level = self.levels[-1]
        if token in (b"let", b"if", b"with", b"assert") and not level.after_dot:
            self.levels.append(_Level(token, start))
        elif token in (b"then", b"else") and not level.after_dot:
            wanted = b"if" if token == b"then" else b"then"
            if level.opener == wanted:
                self.levels.pop()
                if token == b"then":
                    self.levels.append(_Level(b"then", start))
        elif token == b"inherit" and level.holds_bindings and level.state == "name":
            level.state, level.binding = "inherit", start
        else:
            self._named(start)

    def _find(self, openers: tuple[bytes, ...]) -> int:
        """The innermost level of a kind, 0 for none."""
        for index in range(len(self.levels) - 1, 0, -1):
            if self.levels[index].opener in openers:
                return index
        return 0

    def _close(self, token: bytes, start: int) -> None:
        if token == b"in" and self.levels[-1].after_dot:
            return
        index = self._find(_OPENERS[token])
        if not index:
            if self._find((b"{", b"(", b"[", b"${", b"let")) == 0:
                self.unopened.append(token)
            return
        level = self.levels[index]
        missing = _closed(self.levels[index + 1 :])
        if level.holds_bindings and level.state != "name":
            missing += b";"
        if missing:
            self._fill(self.previous_end, start, missing)
        del self.levels[index:]
        if level.opener == b"${":
            self.levels[-1].after_dot = False

    def _equals(self) -> None:
        """The `=` of a binding; one before has to be at its end by now."""
        index = self._find((b"{", b"let"))
        if not index:
            return
        level, inner = self.levels[index], self.levels[-1]
        between = self.levels[index + 1 :]
        if between or level.state != "name":
            if inner.run < 0 or any(each.opener in (b'"', b"''", b"${") for each in between):
                return
            self._fill(inner.gap, inner.run, _closed(between) + b";")
            level.run, level.gap = inner.run, inner.gap
            del self.levels[index + 1 :]
        level.state, level.binding = "value", level.run

    def _semicolon(self) -> None:
        if self.levels[-1].opener in (b"if", b"then"):
            index = self._find((b"with", b"assert", b"{", b"let", b"(", b"["))
            del self.levels[index + 1 :]
        if self.levels[-1].opener in (b"with", b"assert"):
            self.levels.pop()
            return
        index = self._find((b"{", b"let"))
        if index:
            del self.levels[index + 1 :]
            self.levels[index].state = "name"

    def _fill(self, start: int, end: int, missing: bytes) -> None:
        """Write what is missing over the blanks between two offsets, if they are enough."""
        if self.text[start : start + len(missing)].isspace() and start + len(missing) <= end:
            self.mended[start : start + len(missing)] = missing

    def end_statement(self) -> None:
        """See a new binding in a name at the end, where its line is no deeper than the last."""
        level = self.levels[-1]
        end = len(self.text)
        if not level.holds_bindings or level.state == "name" or level.binding < 0:
            return
        starts_here = level.run >= 0 and self.previous_end == end
        start, gap = (level.run, level.gap) if starts_here else (end, self.previous_end)
        if level.after_dot and not starts_here:
            return
        last = self.text[gap - 1 : gap]
        if not (last.isalnum() or last in b"\"'}])_-") or self.text[gap:start].count(b"\n") == 0:
            return
        line = self.text.rfind(b"\n", 0, start) + 1
        if self.text[line:start].strip() or start - line > _indent(self.text, level.binding):
            return
        self._fill(gap, start, b";")
        level.state = "name"
        level.run = start


def _indent(text: bytes, offset: int) -> int:
    line = text[text.rfind(b"\n", 0, offset) + 1 : offset]
    return len(line) - len(line.lstrip())


def _closed(levels: list[_Level]) -> bytes:
    """What ends some levels, the innermost last, in which something was written."""
    found = b""
    for level in reversed(levels):
        if level.opener == b"{" and level.is_formals:
            found += b"}: null"
        elif level.opener == b"{":
            found += b"}" if level.state == "name" else b";}"
        elif level.opener == b"let" and level.state != "name":
            found += b"; in null"
        else:
            found += _ENDINGS.get(level.opener, b"")
    return found


def _finished(levels: list[_Level], *, is_name: bool = True) -> bytes:
    """What ends some levels where the innermost has a name at its end that is all it has so far."""
    found = b""
    for level in reversed(levels):
        if level.holds_bindings and not level.is_formals:
            found += b" = null;" if level.state == "name" and is_name else b";"
        if level.opener == b"{":
            found += b"}: null" if level.is_formals else b" }"
        else:
            found += _ENDINGS.get(level.opener, b"")
    return found


class Endings(NamedTuple):
    """A text up to a position and what may follow a name there, the likeliest first.

    `before` is as long as the text before the position. Each of `whole` is all that follows the
    name.
    """

    before: bytes
    whole: tuple[bytes, ...]


def needs_look(text: bytes, offset: int) -> bool:
    """Whether the line of a position may begin a binding before the last one has an end."""
    line = text.rfind(b"\n", 0, offset) + 1
    if line == 0 or _ONLY_NAMES.fullmatch(text, line, offset) is None:
        return False
    last = text[:line].rstrip()[-1:]
    return bool(last) and (last.isalnum() or last in b"\"'}])_-")


_ONLY_NAMES = re.compile(rb"[ \t]*[\w.'\"-]*")


def endings(text: bytes, offset: int) -> Endings:
    """What is before a position with what it lacks, and how the text may go on from there."""
    scan = _Scan(text[:offset])
    scan.end_statement()
    before, levels = bytes(scan.mended), scan.levels[1:]
    rest = text[offset:]
    found = []
    if rest.strip():
        found += list(_with_rest(scan, levels, rest))
    found.append(_finished(levels))
    return Endings(before, tuple(found))


def _with_rest(scan: _Scan, levels: list[_Level], rest: bytes) -> Iterator[bytes]:
    """The ends of the innermost levels, so that the others are those that the rest ends."""
    needed = _Scan(rest).unopened
    for kept in range(len(levels), -1, -1):
        closers = [_CLOSERS[each.opener] for each in levels[:kept] if each.opener in _CLOSERS]
        if closers[::-1] != needed:
            continue
        while kept and levels[kept - 1].opener in _WITHIN and kept == len(levels):
            kept -= 1
        ending = _finished(levels[kept:])
        outer = levels[kept - 1] if kept else None
        first = levels[kept] if kept < len(levels) else None
        if first is not None and first.opener == b"{" and _may_be_formals(scan, first, levels):
            yield b" }: " + rest
        if outer is not None and outer.holds_bindings and not outer.is_formals:
            is_name = outer.state == "name"
            ending += b" = null;" if is_name else b"" if rest.lstrip()[:1] == b";" else b";"
        yield ending + rest
        return


def _may_be_formals(scan: _Scan, level: _Level, levels: list[_Level]) -> bool:
    """Whether a set with a single name so far may be the arguments of the file's function."""
    inside = scan.text[level.start + 1 :]
    return level is levels[-1] and (
        level.is_formals or (b"." not in inside and b"=" not in inside and b";" not in inside)
    )
