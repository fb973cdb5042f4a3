r"""The syntax of POSIX extended regular expressions as libstdc++ reads them.

It differs from others in details that people hit: a backslash may stand before
`. [ \ ( ) * + ? { | ^ $` only, `{` is always an interval, inside brackets a backslash is
itself. Source: libstdc++ bits/regex_scanner.tcc, bits/regex_compiler.tcc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hmls.lang.errors import NixError


@dataclass(frozen=True, slots=True)
class Bytes:
    """One byte out of some."""

    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class Start:
    """`^`"""


@dataclass(frozen=True, slots=True)
class End:
    """`$`"""


@dataclass(frozen=True, slots=True)
class Group:
    index: int
    inner: Node


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`operator` is one of `*`, `+`, `?` and `{`; `most` is None where there is no limit."""

    inner: Node
    operator: str
    least: int
    most: int | None


Node: TypeAlias = Bytes | Start | End | Group | Sequence | Alternatives | Repeat

ANY = frozenset(range(256))
_STATE_LIMIT = 100_000
_ESCAPABLE = b".[\\()*+?{|^$"
_RANGES = {
    "alnum": "azAZ09",
    "alpha": "azAZ",
    "blank": "\t\t  ",
    "cntrl": "\x00\x1f\x7f\x7f",
    "digit": "09",
    "d": "09",
    "graph": "!~",
    "lower": "az",
    "print": " ~",
    "punct": "!/:@[`{~",
    "space": "\t\r  ",
    "s": "\t\r  ",
    "upper": "AZ",
    "w": "azAZ09__",
    "xdigit": "afAF09",
}
_COLLATING = (  # noqa: SIM905  As a list it would take 128 lines.
    "NUL SOH STX ETX EOT ENQ ACK alert backspace tab newline vertical-tab form-feed "
    "carriage-return SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 IS3 IS2 IS1 "
    "space exclamation-mark quotation-mark number-sign dollar-sign percent-sign ampersand "
    "apostrophe left-parenthesis right-parenthesis asterisk plus-sign comma hyphen period "
    "slash zero one two three four five six seven eight nine colon semicolon less-than-sign "
    "equals-sign greater-than-sign question-mark commercial-at A B C D E F G H I J K L M N O "
    "P Q R S T U V W X Y Z left-square-bracket backslash right-square-bracket circumflex "
    "underscore grave-accent a b c d e f g h i j k l m n o p q r s t u v w x y z "
    "left-curly-bracket vertical-line right-curly-bracket tilde DEL"
).split()


class _Invalid(Exception):
    pass


def parse(pattern: str) -> tuple[Node, int]:
    """The tree of a pattern and the number of its groups.

    Raises NixError in Nix's words for a pattern that is none or that is too large.
    """
    reader = _Reader(pattern.encode("utf-8", "surrogateescape"))
    try:
        root = _alternatives(reader)
        if reader.offset < len(reader.pattern):
            raise _Invalid
    except _Invalid:
        raise NixError(f"invalid regular expression '{pattern}'") from None
    if _states(root)[0] + 4 > _STATE_LIMIT:
        raise NixError(f"memory limit exceeded by regular expression '{pattern}'")
    return root, reader.groups


class _Reader:
    def __init__(self, pattern: bytes) -> None:
        self.pattern = pattern
        self.offset = 0
        self.groups = 0

    def peek(self) -> bytes:
        return self.pattern[self.offset : self.offset + 1]

    def take(self, token: bytes) -> bool:
        if self.pattern.startswith(token, self.offset):
            self.offset += len(token)
            return True
        return False

    def take_until(self, token: bytes) -> bytes:
        end = self.pattern.find(token, self.offset)
        if end < 0:
            raise _Invalid
        found = self.pattern[self.offset : end]
        self.offset = end + len(token)
        return found


def _alternatives(reader: _Reader) -> Node:
    options = [_sequence(reader)]
    while reader.take(b"|"):
        options.append(_sequence(reader))
    return options[0] if len(options) == 1 else Alternatives(tuple(options))


def _sequence(reader: _Reader) -> Node:
    parts: list[Node] = []
    while True:
        if reader.take(b"^"):
            parts.append(Start())
        elif reader.take(b"$"):
            parts.append(End())
        else:
            atom = _atom(reader)
            if atom is None:
                return parts[0] if len(parts) == 1 else Sequence(tuple(parts))
            parts.append(_quantified(reader, atom))


def _atom(reader: _Reader) -> Node | None:
    char = reader.peek()
    if char in (b"", b")", b"|", b"*", b"+", b"?", b"{"):
        return None
    reader.offset += 1
    if char == b".":
        return Bytes(ANY)
    if char == b"(":
        reader.groups += 1
        index = reader.groups
        inner = _alternatives(reader)
        if not reader.take(b")"):
            raise _Invalid
        return Group(index, inner)
    if char == b"[":
        return _bracket(reader)
    if char == b"\\":
        char = reader.peek()
        if not char or char not in _ESCAPABLE:
            raise _Invalid
        reader.offset += 1
    return Bytes(frozenset(char))


def _quantified(reader: _Reader, node: Node) -> Node:
    while True:
        if reader.take(b"*"):
            node = Repeat(node, "*", 0, None)
        elif reader.take(b"+"):
            node = Repeat(node, "+", 1, None)
        elif reader.take(b"?"):
            node = Repeat(node, "?", 0, 1)
        elif reader.take(b"{"):
            least, comma, most = reader.take_until(b"}").partition(b",")
            if not least.isdigit() or (most and not most.isdigit()):
                raise _Invalid
            limit = int(most) if most else None if comma else int(least)
            if limit is not None and limit < int(least):
                raise _Invalid
            node = Repeat(node, "{", int(least), limit)
        else:
            return node


def _bracket(reader: _Reader) -> Node:
    negated = reader.take(b"^")
    members: set[int] = set()
    # The last single byte may yet become the start of a range; -1 after anything else.
    last = -1
    at_start, after_class = True, False
    while True:
        char = reader.peek()
        if not char:
            raise _Invalid
        reader.offset += 1
        if char == b"]" and not at_start:
            break
        if char == b"-" and not at_start:
            if reader.take(b"]"):
                members.add(ord("-"))
                break
            if after_class or last < 0:
                raise _Invalid
            members |= _range(last, _range_end(reader))
            last = -1
            continue
        at_start, after_class = False, False
        if char == b"[" and reader.peek() in (b".", b":", b"="):
            found, last = _named(reader)
            members |= found
            after_class = last < 0
        else:
            last = char[0]
            members.add(last)
    return Bytes(ANY - members if negated else frozenset(members))


def _range_end(reader: _Reader) -> int:
    char = reader.peek()
    if not char or char == b"]" or (char == b"[" and _names_something(reader)):
        raise _Invalid
    reader.offset += 1
    return char[0]


def _names_something(reader: _Reader) -> bool:
    following = reader.pattern[reader.offset + 1 : reader.offset + 2]
    return following in (b".", b":", b"=")


def _range(first: int, last: int) -> set[int]:
    # Bytes are signed where libstdc++ compares them.
    low, high = (first ^ 128) - 128, (last ^ 128) - 128
    if low > high:
        raise _Invalid
    return {value % 256 for value in range(low, high + 1)}


def _named(reader: _Reader) -> tuple[set[int], int]:
    """The bytes of `[:alpha:]`, `[=a=]` or `[.hyphen.]`, and the single one of the latter."""
    kind = reader.peek()
    reader.offset += 1
    name = reader.take_until(kind + b"]").decode("latin-1")
    if kind == b":":
        ranges = _RANGES.get(name.lower())
        if ranges is None:
            raise _Invalid
        pairs = zip(ranges[::2], ranges[1::2], strict=True)
        return {value for low, high in pairs for value in range(ord(low), ord(high) + 1)}, -1
    if name not in _COLLATING:
        raise _Invalid
    value = _COLLATING.index(name)
    if kind == b".":
        return {value}, value
    # Letters are equivalent in both cases.
    return {ord(chr(value).lower()), ord(chr(value).upper())}, -1


def _states(node: Node) -> tuple[int, int]:
    """How many states libstdc++ makes for a node, in all and in one copy of it."""
    match node:
        case Bytes() | Start() | End():
            return 1, 1
        case Group(_, inner):
            made, size = _states(inner)
            return made + 2, size + 2
        case Sequence(parts) | Alternatives(parts):
            counts = [_states(part) for part in parts]
            extra = 2 * (len(parts) - 1) if isinstance(node, Alternatives) else 1
            return sum(made for made, _ in counts) + extra, sum(n for _, n in counts) + extra
        case Repeat(inner, "{", least, most):
            made, size = _states(inner)
            copies = size + 1 if most is None else (most - least) * (size + 1) + 1
            return made + 1 + least * size + copies, 1 + least * size + copies
        case Repeat(inner):
            made, size = _states(inner)
            return made + 2, size + 2


def nullable(node: Node) -> bool:
    """Whether a node matches the empty text."""
    match node:
        case Bytes():
            return False
        case Start() | End():
            return True
        case Group(_, inner):
            return nullable(inner)
        case Sequence(parts):
            return all(nullable(part) for part in parts)
        case Alternatives(options):
            return any(nullable(option) for option in options)
        case Repeat(inner, _, least):
            return least == 0 or nullable(inner)
