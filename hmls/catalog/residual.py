"""What is left of a value when everything that does not depend on symbols is done.

A residual is JSON: a scalar is itself, an object is a set, and an array begins with a word:

    ["list", item, …]                   a list
    ["ref", root, name, …]              the value at a path (see `symbols`)
    ["str", part, …]                    a string with interpolations
    ["if", condition, then, otherwise]
    ["&&", a, b] and so on              an operator
    ["call", function, argument, …]     a function of lib or builtins by its full name
    ["fun", function]                   such a function itself
    ["fn", number, body]                a function; `["ref", "$number"]` is its argument
    ["mkIf", condition, content]        and "mkMerge", "mkOverride", "mkOrder"
    ["open", {…}, unknown]              a set that may have more attributes
    ["?", text, kind]                   what cannot be written down; the kind as typeOf says it

The reverse is in `finish`.
"""

from __future__ import annotations

from itertools import count
from typing import Any, TypeAlias

from hmls.catalog.symbolic_lib import full_name
from hmls.catalog.symbols import Operation, Symbol, open_symbol
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import call, force
from hmls.lang.values import (
    Attrs,
    ContextString,
    Lambda,
    Lazy,
    OpenAttrs,
    OpenList,
    Path,
    Primop,
    Splice,
    Thunk,
    Unknown,
)

Residual: TypeAlias = Any
"""JSON as above."""
MAX_DEPTH = 24
MAX_PARTS = 800
MAX_TEXT = 80
MAX_STRING = 1_000
_PROPERTIES = {
    "if": ("mkIf", "condition", "content"),
    "override": ("mkOverride", "priority", "content"),
    "order": ("mkOrder", "priority", "content"),
    "merge": ("mkMerge", "contents", None),
}
_numbers = count()


def residual(lazy: Lazy) -> Residual:
    """What is left of a value. Never raises but when interrupted."""
    return _Writer().write(lazy, 0)


def is_whole(found: Residual) -> bool:
    """Whether a residual holds nothing that could not be written down."""
    if isinstance(found, dict):
        return all(map(is_whole, found.values()))
    if isinstance(found, list):
        return found[0] not in ("?", "open") and all(map(is_whole, found[1:]))
    return True


def is_literal(found: Residual) -> bool:
    """Whether a residual is a value that depends on nothing."""
    if isinstance(found, dict):
        return all(map(is_literal, found.values()))
    return not isinstance(found, list) or (found[0] == "list" and all(map(is_literal, found[1:])))


def unknown_residual(text: str, kind: str | None = None) -> Residual:
    text = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
    return ["?", text] if kind is None else ["?", text, kind]


class _Writer:
    """Counts what is written, so that huge values become unknown ones."""

    def __init__(self) -> None:
        self.parts = 0

    def write(self, lazy: Lazy, depth: int) -> Residual:
        try:
            value = force(lazy)
        except NixError as error:
            return unknown_residual(f"«error: {error.message}»")
        except Unknowable as stop:
            return unknown_residual(stop.unknown.text)
        self.parts += 1
        if value is None or value.__class__ in (bool, int, float):
            return value
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, Unknown):
            return self._unknown(value, depth)
        if isinstance(value, Path):
            return unknown_residual(f"./{value.path.rpartition('/')[2]}", "path")
        if depth > MAX_DEPTH or self.parts > MAX_PARTS:
            return unknown_residual("…", "set" if isinstance(value, Attrs) else "list")
        if isinstance(value, OpenList):
            return ["++", *(self._piece(item, depth) for item in value.items)]
        if isinstance(value, Lambda | Primop):
            return self._function(value, depth)
        if isinstance(value, list):
            return ["list", *(self.write(item, depth + 1) for item in value)]
        assert isinstance(value, Attrs)
        return self._attrs(value, depth)

    def _piece(self, item: Any, depth: int) -> Residual:
        if item.__class__ is Splice:
            return unknown_residual(item.unknown.text, "list")
        return ["list", self.write(item, depth + 1)]

    def _unknown(self, value: Unknown, depth: int) -> Residual:
        if isinstance(value, Symbol):
            return ["ref", *value.path]
        if isinstance(value, Operation) and depth <= MAX_DEPTH and self.parts <= MAX_PARTS:
            return [value.operator, *(self.write(part, depth + 1) for part in value.operands)]
        return unknown_residual(value.text, value.kind)

    def _function(self, value: Lambda | Primop, depth: int) -> Residual:
        if isinstance(value, Primop):
            full = None if value.done else full_name(value)
            return unknown_residual("a function", "lambda") if full is None else ["fun", full]
        number = next(_numbers)
        root = (f"${number}",)
        argument: Unknown | Attrs = Symbol(root)
        if value.formals is not None:
            if any(value.formals.arguments.values()):
                # Whether a default counts depends on what is not given.
                return unknown_residual("a function", "lambda")
            argument = open_symbol({}, root)
        return ["fn", number, self.write(Thunk(lambda given: call(value, given), argument), depth)]

    def _attrs(self, value: Attrs, depth: int) -> Residual:
        kind = value.get("_type")
        if isinstance(kind, str) and kind in _PROPERTIES:
            return self._property(value, kind, depth)
        items = {name: self.write(lazy, depth + 1) for name, lazy in value.items()}
        if isinstance(value, OpenAttrs):
            return ["open", items, unknown_residual(value.rest.text)]
        return items

    def _property(self, value: Attrs, kind: str, depth: int) -> Residual:
        word, first, second = _PROPERTIES[kind]
        if first not in value or (second is not None and second not in value):
            return unknown_residual(word)
        head = self.write(value[first], depth)
        if second is None:
            return [word, head]
        return guarded(word, head, self.write(value[second], depth))


def guarded(word: str, head: Residual, content: Residual) -> Residual:
    """A property around content, left out where it says nothing."""
    if word == "mkIf" and head is True:
        return content
    return [word, head, content]


def _text(value: str) -> Residual:
    if isinstance(value, ContextString) and value.context:
        return unknown_residual(store.readable(str(value)), "string")
    if len(value) > MAX_STRING:
        return unknown_residual(value, "string")
    return str(value)
