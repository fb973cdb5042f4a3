"""Values as `nix eval --json` prints them, as Python objects: known wholly or not at all.

Source: nix src/libexpr/value-to-json.cc. Integers and floats stay distinct.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hmls.catalog.modules import KIND as OWN_MODULE
from hmls.homes.brief import innermost
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, call, force, get, has, is_derivation, sorted_names
from hmls.lang.json import json_string
from hmls.lang.show import brief_text
from hmls.lang.values import (
    Attrs,
    Cause,
    ContextString,
    Lambda,
    Lazy,
    OpenAttrs,
    OpenList,
    Path,
    Primop,
    Splice,
    Unknown,
    UnknownChoice,
    Value,
)

MAX_LEVELS = 500
"""Of lists and sets in each other; most programs that read JSON take no more than a thousand."""
DEEP = Cause("too-deep", f"it holds lists or sets of more than {MAX_LEVELS} levels")


class NotPlain(Exception):
    """Part of a value is not known, or is nothing that JSON holds as it is."""

    def __init__(self, reason: str, unknown: Unknown | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unknown = unknown
        """What is unknown, where that is the reason."""


def plain(lazy: Lazy, depth: int = 0) -> object:
    """The value as JSON's null, booleans, numbers, strings, lists and objects.

    Raises NotPlain for what is unknown, for functions, derivations, paths and strings that
    refer to the store, and NixError for what Nix fails on.
    """
    if depth > MAX_LEVELS:
        raise NotPlain(DEEP.message)
    try:
        value = force(lazy)
        return _plain(value, depth)
    except Unknowable as stop:
        raise NotPlain(why(stop.unknown), stop.unknown) from None


def _plain(value: Value, depth: int) -> object:
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case str():
            return _string(value)
        case list():
            return _items(value, depth)
        case Attrs():
            return _object(value, depth)
        case OpenList():
            unknown = next(item.unknown for item in value.items if item.__class__ is Splice)
            raise NotPlain(why(unknown), unknown)
        case Unknown():
            raise NotPlain(why(value), value)
        case Path():
            raise NotPlain("a path, which becomes a path of the Nix store")
        case Lambda() | Primop():
            raise NotPlain("a function")
    raise AssertionError(value)


def _string(value: str) -> str:
    if value.__class__ is ContextString and value.context:
        raise NotPlain("a string that refers to the Nix store")
    if store.is_symbolic(value):
        raise NotPlain(store.SYMBOLIC.message)
    json_string(value)
    return str(value)


def _items(items: Sequence[Lazy], depth: int) -> list[object]:
    return [plain(item, depth + 1) for item in items]


def _object(value: Attrs, depth: int) -> object:
    if is_derivation(value):
        raise NotPlain("a derivation")
    if has(value, "__toString"):
        return plain(call(get(value, "__toString"), value), depth + 1)
    if has(value, "outPath"):
        return plain(get(value, "outPath"), depth + 1)
    if isinstance(value, OpenAttrs):
        raise NotPlain(why(value.rest), value.rest)
    return {name: plain(value[name], depth + 1) for name in sorted_names(value)}


def is_plain_set(value: Value) -> bool:
    """Whether a value is a set that is printed as one: neither a derivation nor a string."""
    if not isinstance(value, Attrs):
        return False
    try:
        if is_derivation(value):
            return False
    except (NixError, Unknowable):
        # Its `type` is no text that says «derivation», as far as anybody can see.
        pass
    return "outPath" not in value and "__toString" not in value


def why(unknown: Unknown) -> str:
    """The reason that something is unknown, in one line: `pkgs.ripgrep: …`, the innermost one."""
    if unknown.cause.kind == OWN_MODULE:
        # How such a module comes to its value takes long to find out, and no user wrote it.
        return unknown.cause.message
    while isinstance(unknown, UnknownChoice):
        unknown = unknown.condition  # Which is why, and short where the outcomes are long.
    text = innermost(" ".join(brief_text(unknown, 200).split()))
    if text == "…" or text.startswith("«error: "):
        return unknown.cause.message
    if len(text) > 80:
        text = f"{text[:79]}…"
    message = unknown.cause.message
    return message if text in message else f"{text}: {message}"


__all__ = ["MISSING", "NotPlain", "is_plain_set", "plain", "why"]
