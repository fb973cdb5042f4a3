"""Values as text: as `nix-instantiate --eval` prints, as errors quote, and as people read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hmls.lang import store
from hmls.lang.budget import check_depth
from hmls.lang.coerce import signed_nan
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import first_splice, force, get, is_derivation, sorted_names
from hmls.lang.values import (
    Attrs,
    Lambda,
    Lazy,
    OpenAttrs,
    OpenList,
    Path,
    Primop,
    Splice,
    Thunk,
    Unknown,
    UnknownString,
    Value,
    quote_attribute,
)

_MAX_TEXT = 100_000
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "${": "\\${"}
_ESCAPED = re.compile(r'["\\\n\r\t]|\$\{')


def quote(text: str) -> str:
    """A Nix string literal. Source: nix src/libexpr/print.cc, printLiteralString."""
    return f'"{escape(text)}"'


def escape(text: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES[match.group()], text)


def quote_parts(parts: list[str | Unknown]) -> str:
    """A string literal with the unknown parts as interpolations."""
    inner = (escape(part) if isinstance(part, str) else "${" + part.text + "}" for part in parts)
    return '"' + "".join(inner) + '"'


def show_number(value: int | float) -> str:
    """As C++ prints to a stream: six significant digits."""
    return str(value) if value.__class__ is int else signed_nan(value) or f"{value:g}"


def show_plain(lazy: Lazy, strict: bool = False) -> str:
    """As `nix-instantiate --eval` prints. Source: nix src/libexpr/print-ambiguous.cc.

    Raises NixError, and Unknowable where an unknown value would have to be printed.
    """
    from hmls.lang.deep import force_deep

    if strict:
        force_deep(lazy)
    out: list[str] = []
    _plain(lazy, strict, out, set(), 0)
    return "".join(out)


def _plain(lazy: Lazy, strict: bool, out: list[str], seen: set[int], depth: int) -> None:
    check_depth(depth)
    # Nix tells sets by what they hold, but lists by where the value stands.
    place = id(lazy)
    was_thunk = lazy.__class__ is Thunk
    if was_thunk:
        if not strict and lazy.code is not None:
            out.append("<CODE>")
            return
        lazy = force(lazy)
    match lazy:
        case Attrs():
            if isinstance(lazy, OpenAttrs):
                raise Unknowable(lazy.rest)
            if lazy and id(lazy) in seen:
                out.append("«repeated»")
                return
            seen.add(id(lazy))
            out.append("{ ")
            for name in sorted_names(lazy):
                out.append(f"{quote_attribute(name)} = ")
                _plain(lazy[name], strict, out, seen, depth + 1)
                out.append("; ")
            out.append("}")
        case list():
            if lazy and place in seen:
                out.append("«repeated»")
                return
            seen.add(place)
            out.append("[ ")
            for item in lazy:
                _plain(item, strict, out, seen, depth + 1)
                out.append(" ")
            out.append("]")
        case OpenList():
            raise Unknowable(first_splice(lazy))
        case Unknown():
            raise Unknowable(lazy)
        case Lambda() if depth > 0 and not strict and not was_thunk:
            # For Nix this is a thunk still, where the evaluator here needs none.
            out.append("<CODE>")
        case Lambda() | Primop(written_in_nix=True):
            out.append("<LAMBDA>")
        case Primop():
            out.append("<PRIMOP-APP>" if lazy.done else "<PRIMOP>")
        case _:
            out.append(_scalar(lazy))


def _scalar(value: Value) -> str:
    match value:
        case None:
            return "null"
        case True:
            return "true"
        case False:
            return "false"
        case int() | float():
            return show_number(value)
        case str():
            return quote(value)
        case Path():
            return store.shown_path(value.path)
    raise AssertionError(value)


def show_in_error(lazy: Lazy) -> str:
    """A value as Nix's errors quote it: nothing is forced, depth and length are limited.

    Source: nix src/libexpr/print.cc with errorPrintOptions.
    """
    out: list[str] = []
    _brief(lazy, 0, out, _Printed())
    return "".join(out)


_MAX_DEPTH, _MAX_ITEMS, _MAX_STRING = 10, 10, 1024


@dataclass(slots=True)
class _Printed:
    """How many attributes and items were printed, and which sets and lists."""

    attributes: int = 0
    items: int = 0
    seen: set[int] = field(default_factory=set)

    def is_repeated(self, identity: int) -> bool:
        if identity in self.seen:
            return True
        self.seen.add(identity)
        return False


def _brief(lazy: Lazy, depth: int, out: list[str], printed: _Printed) -> None:
    value = lazy
    if lazy.__class__ is Thunk:
        if lazy.code is not None:
            out.append("«thunk»")
            return
        value = lazy.value
    match value:
        case Attrs() if printed.is_repeated(id(value) if value else 0):
            # For Nix most empty sets are one and the same.
            out.append("«repeated»")
        case Attrs():
            _brief_attrs(value, depth, out, printed)
        case list() if value and printed.is_repeated(id(lazy)):
            out.append("«repeated»")
        case list():
            _brief_list(value, depth, out, printed)
        case OpenList():
            _brief_list(value.items, depth, out, printed)
        case Unknown():
            out.append(f"«{value.text}»")
        case Splice():
            out.append(f"«{value.unknown.text}»")
        case Lambda() if depth > 0 and value is lazy:
            # For Nix this is a thunk still, where the evaluator here needs none.
            out.append("«thunk»")
        case Lambda():
            name = f" {value.name}" if value.name else ""
            out.append(f"«lambda{name} @ {_place(value)}»")
        case Primop(written_in_nix=True):
            out.append(f"«lambda {value.name.rpartition('.')[2]}»".replace(" »", "»"))
        case Primop():
            out.append(f"«{'partially applied ' if value.done else ''}primop {value.name}»")
        case str() if len(value) > _MAX_STRING:
            rest = len(value) - _MAX_STRING
            out.append(f"{quote(value[:_MAX_STRING])} «{rest} byte{'s' * (rest != 1)} elided»")
        case _:
            out.append(_scalar(value))


def _brief_attrs(value: Attrs, depth: int, out: list[str], printed: _Printed) -> None:
    if depth >= _MAX_DEPTH:
        out.append("{ ... }")
        return
    out.append("{")
    ordered = sorted(value, key=lambda name: (name not in ("type", "_type"), name))
    for index, name in enumerate(ordered):
        out.append(" ")
        if printed.attributes >= _MAX_ITEMS:
            rest = len(ordered) - index
            out.append(f"«{rest} attribute{'s' * (rest != 1)} elided»")
            break
        out.append(f"{quote_attribute(name)} = ")
        _brief(value[name], depth + 1, out, printed)
        out.append(";")
        printed.attributes += 1
    out.append(" }")


def _brief_list(items: list[Lazy], depth: int, out: list[str], printed: _Printed) -> None:
    if depth >= _MAX_DEPTH:
        out.append("[ ... ]")
        return
    out.append("[")
    for index, item in enumerate(items):
        out.append(" ")
        if printed.items >= _MAX_ITEMS:
            rest = len(items) - index
            out.append(f"«{rest} item{'s' * (rest != 1)} elided»")
            break
        _brief(item, depth + 1, out, printed)
        printed.items += 1
    out.append(" ]")


def _place(function: Lambda) -> str:
    unit = function.site.unit
    line, column = unit.lines.position(function.site.start)
    return f"{store.shown_path(unit.shown_name)}:{line + 1}:{column + 1}"


def show(lazy: Lazy, limit: int = _MAX_TEXT) -> str:
    """A value as a person reads it: Nix on one line, forced, with unknown parts as written.

    Never raises but when interrupted: an error inside is shown as «error: …». The text
    is cut at about `limit` characters.
    """
    if len(_going_on) >= _MAX_NESTED:
        cuts[0] += 1
        return "…"
    out = _Text(limit)
    with _inside(out):
        _readable(lazy, out, 0)
    return "".join(out.parts)


def brief_text(unknown: Unknown, limit: int) -> str:
    """The beginning of an unknown value's text, without evaluating what comes after it."""
    with _inside(_Text(limit)):
        return unknown.text


@contextmanager
def _inside(out: _Text) -> Iterator[None]:
    """Texts that are made meanwhile take no more room than is left in the one around them."""
    if _going_on:
        out.left = min(out.left, max(0, _going_on[-1].left))
    _going_on.append(out)
    try:
        yield
    finally:
        _going_on.pop()


def room() -> int:
    """How many characters the text that is being made may still take."""
    return _going_on[-1].left if _going_on else _MAX_TEXT


cuts = [0]
"""How often a text was cut, so that it is not the whole text of its value."""


_MAX_NESTED = 8
"""Values inside the text of what is unknown, which may hold that very unknown value again."""


class _Text:
    def __init__(self, limit: int) -> None:
        self.parts: list[str] = []
        self.left = limit

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.left -= len(text)


_going_on: list[_Text] = []
"""The texts that are being made, each inside the one before it."""


def _readable(lazy: Lazy, out: _Text, depth: int) -> None:
    if out.left < 0 or depth > 100:
        cuts[0] += 1
        out.add("…")
        return
    try:
        value = force(lazy)
        derivation = isinstance(value, Attrs) and "type" in value and is_derivation(value)
    except Unknowable as stop:
        out.add(stop.unknown.text)
        return
    except NixError as error:
        out.add(f"«error: {store.readable(error.message)}»")
        return
    if derivation:
        name = get(value, "name")
        out.add(f"«derivation {name}»" if isinstance(name, str) else "«derivation»")
        return
    match value:
        case Attrs():
            _readable_attrs(value, out, depth)
        case list():
            _readable_list(value, out, depth)
        case OpenList():
            _readable_open_list(value, out, depth)
        case UnknownString() | Unknown():
            out.add(value.text)
        case Lambda():
            out.add(value.site.text(80))
        case Primop():
            out.add(value.name or "«function»")
        case str():
            out.add(_readable_string(value))
        case Path():
            out.add(_readable_path(value.path))
        case _:
            out.add(_scalar(value))


def _readable_string(text: str) -> str:
    return quote(store.readable(text)) if store.is_symbolic(text) else quote(text)


def _readable_path(path: str) -> str:
    shown = store.shown_path(path)
    return store.readable(shown) if store.is_symbolic(shown) else shown


def _readable_attrs(value: Attrs, out: _Text, depth: int) -> None:
    if not value and not isinstance(value, OpenAttrs):
        out.add("{ }")
        return
    if value.__class__ is Attrs and "_type" in value and _readable_property(value, out, depth):
        return
    if isinstance(value, OpenAttrs):
        out.add(value.rest.text if not value else f"{value.rest.text} // ")
        if not value:
            return
    out.add("{ ")
    for name in sorted_names(value):
        if out.left < 0:
            cuts[0] += 1
            out.add("… ")
            break
        out.add(f"{quote_attribute(name)} = ")
        _readable(value[name], out, depth + 1)
        out.add("; ")
    out.add("}")


_OVERRIDES = {50: "mkForce", 1000: "mkDefault", 1500: "mkOptionDefault"}
_ORDERS = {500: "mkBefore", 1500: "mkAfter"}


def _readable_property(value: Attrs, out: _Text, depth: int) -> bool:
    """What mkIf, mkMerge, mkOverride and mkOrder make, as the call; False for any other set."""
    match value.get("_type"):
        case "if" if "condition" in value and "content" in value:
            parts: tuple[str, ...] = ("mkIf", "condition", "content")
        case "merge" if "contents" in value:
            parts = ("mkMerge", "contents")
        case "override" | "order" as kind if "priority" in value and "content" in value:
            named = _OVERRIDES if kind == "override" else _ORDERS
            priority = value["priority"]
            name = named.get(priority) if isinstance(priority, int) else None
            parts = (f"mk{str(kind).title()}", "priority", "content")
            parts = parts if name is None else (name, "content")
        case _:
            return False
    out.add(parts[0])
    for part in parts[1:]:
        out.add(" ")
        _readable_item(value[part], out, depth + 1)
    return True


def _readable_list(items: list[Lazy], out: _Text, depth: int) -> None:
    if not items:
        out.add("[ ]")
        return
    out.add("[ ")
    for item in items:
        if out.left < 0:
            cuts[0] += 1
            out.add("… ")
            break
        _readable_item(item, out, depth)
        out.add(" ")
    out.add("]")


def _readable_item(item: Lazy, out: _Text, depth: int) -> None:
    """A list's item, in parentheses where Nix needs them."""
    inner = _Text(out.left)
    _readable(item, inner, depth + 1)
    text = "".join(inner.parts)
    spaced = " " in text and not text.startswith(("[", "{", '"', "«", "("))
    out.add(f"({text})" if spaced else text)


def _readable_open_list(value: OpenList, out: _Text, depth: int) -> None:
    known: list[Lazy] = []
    first = True

    def flush() -> None:
        nonlocal first, known
        if known:
            out.add("" if first else " ++ ")
            _readable_list(known, out, depth)
            first, known = False, []

    for item in value.items:
        if item.__class__ is Splice:
            flush()
            out.add(("" if first else " ++ ") + item.unknown.text)
            first = False
        else:
            known.append(item)
    flush()
