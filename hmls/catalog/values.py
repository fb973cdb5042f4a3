"""What may stand as the value of an option, by the structure of its type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from hmls.catalog.lookup import nix_text
from hmls.catalog.table import Table

Json = Any
_AROUND = frozenset(("uniq", "described", "checked", "passwdEntry"))
_LISTS = frozenset(("listOf", "nonEmptyListOf"))
_SETS = frozenset(("attrsOf", "lazyAttrsOf", "attrListOf", "dagOf", "submodule", "serializable"))
_STRINGS = frozenset(("str", "singleLineStr", "nonEmptyStr"))
_TEXTS = frozenset(("lines", "commas", "envVar"))
_MAX_DEPTH = 8


class Hint(NamedTuple):
    """A value, or with `is_snippet` the skeleton of one, `$0` where the cursor is to stand."""

    label: str
    text: str
    is_snippet: bool = False


class Wanted(NamedTuple):
    """The values of a type: those that can be listed, and what else is to be looked for."""

    hints: tuple[Hint, ...] = ()
    packages: bool = False
    paths: bool = False
    words: tuple[str, ...] = ()
    """The contents of the strings that are allowed, for a cursor inside of quotes."""


def wanted_by(table: Table, number: int) -> Wanted:
    """What fits a type. A list's elements are what fits it too: see `element_of`."""
    hints: dict[str, Hint] = {}
    names: set[str] = set()
    for node in _alternatives(table, number, 0):
        word = node if isinstance(node, str) else node[0]
        names.add(word)
        for hint in _hints(node, word):
            hints.setdefault(hint.label, hint)
    words = tuple(h.text[1:-1] for h in hints.values() if h.text[:1] == '"' and not h.is_snippet)
    packages = bool(names & {"package", "shellPackage", "pkgs"})
    return Wanted(tuple(hints.values()), packages, "path" in names, words)


def element_of(table: Table, number: int) -> int | None:
    """The type of the elements, if a type has lists among its values."""
    for node in _alternatives(table, number, 0):
        if isinstance(node, list) and node[0] in _LISTS:
            return int(node[1])
    return None


def _alternatives(table: Table, number: int, depth: int) -> Iterator[Json]:
    """The types that a type consists of, wrappers taken off."""
    node = table.types[number]
    if depth > _MAX_DEPTH or node is None:
        return
    word, *parts = node if isinstance(node, list) else [node]
    if word in _AROUND:
        yield from _alternatives(table, parts[0], depth + 1)
    elif word == "nullOr":
        yield from _alternatives(table, parts[0], depth + 1)
        yield "null"
    elif word == "either":
        for part in parts:
            yield from _alternatives(table, part, depth + 1)
    elif word == "coercedTo":
        yield from _alternatives(table, parts[2], depth + 1)
        yield from _alternatives(table, parts[0], depth + 1)
    else:
        yield node


def _hints(node: Json, word: str) -> Iterator[Hint]:
    if word == "bool":
        yield Hint("true", "true")
        yield Hint("false", "false")
    elif word == "null":
        yield Hint("null", "null")
    elif word == "enum":
        values = node[1]
        if isinstance(values, list) and values[:1] == ["list"]:
            for value in values[1:]:
                text = nix_text(value)
                yield Hint(text, text)
    elif word in _LISTS:
        yield Hint("[ … ]", "[ $0 ]", True)
    elif word in _SETS or word == "attrs":
        yield Hint("{ … }", "{\n  $0\n}", True)
    elif word in _STRINGS:
        yield Hint('"…"', '"$0"', True)
    elif word in _TEXTS or word == "separatedString":
        yield Hint("''…''", "''\n  $0\n''", True)
    elif word == "functionTo":
        yield Hint("x: …", "${1:x}: $0", True)
    elif word == "attrTag":
        for tag in node[1]:
            yield Hint(f"{{ {tag} = … }}", f"{{ {tag} = $0; }}", True)
