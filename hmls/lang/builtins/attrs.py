"""Attribute sets.

What is known of an open set stays known. Source: nix src/libexpr/primops.cc.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hmls.lang.builtins.arguments import expect_open_attrs, required
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    expect_attrs,
    expect_function,
    expect_list,
    expect_open_list,
    expect_plain_string,
    force,
    get,
    get_lazy,
    has,
    make_list,
    names,
)
from hmls.lang.values import (
    AllBut,
    Attrs,
    Lazy,
    NameSet,
    OpenAttrs,
    Positions,
    Site,
    Splice,
    Thunk,
    Unknown,
    Value,
    quote_attribute,
)

register = Registry()


@register("attrNames")
def attr_names(attrs: Lazy) -> Value:
    return names(expect_attrs(attrs))


@register("attrValues")
def attr_values(attrs: Lazy) -> Value:
    found = expect_attrs(attrs)
    return [found[name] for name in names(found)]


@register("getAttr")
def get_attr(name: Lazy, attrs: Lazy) -> Value:
    key = expect_plain_string(name)
    found = get(expect_open_attrs(attrs), key)
    if found is MISSING:
        raise NixError(f"attribute '{quote_attribute(key)}' missing")
    return found


@register("hasAttr")
def has_attr(name: Lazy, attrs: Lazy) -> Value:
    key = expect_plain_string(name)
    return has(expect_open_attrs(attrs), key)


@register("unsafeGetAttrPos")
def unsafe_get_attr_pos(name: Lazy, attrs: Lazy) -> Value:
    from hmls.lang.interp import position_attrs

    key = expect_plain_string(name)
    found = expect_attrs(attrs)
    if not has(found, key):
        return None
    site = found.positions.get(key)
    if site is None or site.unit.path.startswith("«") or not site.unit.is_file:
        return None
    return position_attrs(site)


def like(attrs: Attrs, items: dict[str, Lazy], positions: Positions) -> Attrs:
    """A set that is as open as another one."""
    if isinstance(attrs, OpenAttrs):
        return OpenAttrs(items, attrs.rest, positions, attrs.absent)
    return Attrs(items, positions)


@register("removeAttrs")
def remove_attrs(attrs: Lazy, removed: Lazy) -> Value:
    found = expect_open_attrs(attrs)
    gone = [expect_plain_string(name) for name in expect_list(removed)]
    if not gone:
        return found
    items = dict(found)
    for name in gone:
        items.pop(name, None)
    if isinstance(found, OpenAttrs):
        return OpenAttrs(items, found.rest, found.positions, add_names(found.absent, gone))
    return Attrs(items, found.positions)


def add_names(absent: NameSet, more: Iterable[str]) -> NameSet:
    if isinstance(absent, AllBut):
        return AllBut(absent.names.difference(more))
    return absent.union(more)


@register("listToAttrs")
def list_to_attrs(pairs: Lazy) -> Value:
    """The first of several pairs with the same name counts."""
    made: dict[str, Lazy] = {}
    positions: dict[str, Site] = {}
    unknown: Unknown | None = None
    for item in expect_open_list(pairs):
        if item.__class__ is Splice:
            unknown = unknown or item.unknown
            continue
        pair = expect_open_attrs(item)
        try:
            name = expect_plain_string(required(pair, "name"))
        except Unknowable as stop:
            unknown = unknown or stop.unknown
            continue
        if name not in made:
            # An unknown pair further in front may have the same name.
            made[name] = required(pair, "value") if unknown is None else unknown.select(name)
            site = pair.positions.get("value")
            if site is not None:
                positions[name] = site
    if unknown is not None:
        return OpenAttrs(made, unknown, positions)
    return Attrs(made, positions)


@register("intersectAttrs")
def intersect_attrs(left: Lazy, right: Lazy) -> Value:
    """The attributes of the right set whose names the left one has too."""
    named, valued = expect_open_attrs(left), expect_open_attrs(right)
    if named.__class__ is Attrs and valued.__class__ is Attrs:
        if len(named) < len(valued):
            items = {name: valued[name] for name in named if name in valued}
        else:
            items = {name: lazy for name, lazy in valued.items() if name in named}
        positions = valued.positions
        if positions:
            positions = {name: positions[name] for name in items if name in positions}
        return Attrs(items, positions)
    return _intersect_open(named, valued)


def _intersect_open(named: Attrs, valued: Attrs) -> Attrs:
    items: dict[str, Lazy] = {}
    doubtful: list[str] = []
    for name in {**named, **valued}:
        if _absent(named, name) or _absent(valued, name):
            continue
        if name in named and name in valued:
            items[name] = valued[name]
        else:
            doubtful.append(name)
    rest = next(side.rest for side in (valued, named) if isinstance(side, OpenAttrs))
    if isinstance(named, OpenAttrs) and isinstance(valued, OpenAttrs):
        return OpenAttrs(items, rest, valued.positions)
    if not doubtful:
        return Attrs(items, valued.positions)
    return OpenAttrs(items, rest, valued.positions, AllBut(doubtful))


def _absent(attrs: Attrs, name: str) -> bool:
    if name in attrs:
        return False
    return not isinstance(attrs, OpenAttrs) or name in attrs.absent


@register("catAttrs")
def cat_attrs(name: Lazy, sets: Lazy) -> Value:
    key = expect_plain_string(name)
    found: list[Any] = []
    for item in expect_open_list(sets):
        if item.__class__ is Splice:
            found.append(item)
            continue
        attrs = expect_open_attrs(item)
        try:
            if has(attrs, key):
                found.append(get_lazy(attrs, key))
        except Unknowable as stop:
            found.append(Splice(stop.unknown))
    return make_list(found)


@register("mapAttrs")
def map_attrs(function: Lazy, attrs: Lazy) -> Value:
    """Lazy in the values, and in the function."""
    found = expect_open_attrs(attrs)

    def apply(pair: tuple[str, Lazy]) -> Value:
        return call(call(force(function), pair[0]), pair[1])

    mapped = {name: Thunk(apply, (name, lazy)) for name, lazy in found.items()}
    if not isinstance(found, OpenAttrs):
        return Attrs(mapped)
    whole = found.rest
    rest = Unknown(lambda: f"mapAttrs … {whole.text}", whole.cause, whole.site)
    return OpenAttrs(mapped, rest, absent=found.absent)


@register("zipAttrsWith")
def zip_attrs_with(function: Lazy, sets: Lazy) -> Value:
    """All values of a name become one, whose function is only called when it is needed."""
    f = expect_function(function)
    values: dict[str, list[Any]] = {}
    unknown: list[Unknown] = []
    for item in expect_open_list(sets):
        attrs = OpenAttrs((), item.unknown) if item.__class__ is Splice else expect_open_attrs(item)
        for name, lazy in attrs.items():
            # What may be in the unknown sets further in front is of unknown number.
            values.setdefault(name, [Splice(rest) for rest in unknown]).append(lazy)
        if isinstance(attrs, OpenAttrs):
            unknown.append(attrs.rest)
            for name, found in values.items():
                if name not in attrs and name not in attrs.absent:
                    found.append(Splice(attrs.rest.select(name)))

    def apply(pair: tuple[str, list[Any]]) -> Value:
        return call(call(f, pair[0]), make_list(pair[1]))

    zipped = {name: Thunk(apply, (name, found)) for name, found in values.items()}
    return OpenAttrs(zipped, unknown[0]) if unknown else Attrs(zipped)
