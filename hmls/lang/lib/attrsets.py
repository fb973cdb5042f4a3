"""lib.attrsets, part 1: paths into sets, mapping, filtering and making sets.

What is known of an open set stays known. Source: nixpkgs lib/attrsets.nix. Merging is in
`attrset_merges`.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

from hmls.lang.builtins.arguments import expect_open_attrs
from hmls.lang.builtins.attrs import like, list_to_attrs, remove_attrs
from hmls.lang.builtins.control import abort
from hmls.lang.builtins.lists import map_
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.strings import concat_strings_sep
from hmls.lang.combine import concat_strings
from hmls.lang.compare import equal
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import (
    MISSING,
    attempt,
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_open_list,
    expect_plain_string,
    force,
    get,
    get_lazy,
    has,
    is_derivation,
    make_list,
    names,
    select,
    sorted_names,
)
from hmls.lang.lib.support import NESTED, assertion, function
from hmls.lang.values import (
    AllBut,
    Attrs,
    ChosenAttrs,
    Lazy,
    OpenAttrs,
    Splice,
    Thunk,
    Unknown,
    UnknownChoice,
    Value,
)

register = Registry()

BUILTINS = """
    attrNames attrValues listToAttrs hasAttr isAttrs getAttr removeAttrs intersectAttrs
    catAttrs mapAttrs zipAttrsWith
"""


def is_set(value: Value) -> bool:
    """`isAttrs value`. Raises Unknowable."""
    if isinstance(value, Unknown) and value.kind in (None, "set"):
        raise Unknowable(value)
    return isinstance(value, Attrs)


def look_up(value: Value, name: str) -> Value:
    """`value.name`, MISSING where `value ? name` is false. Raises Unknowable if that is unknown."""
    if isinstance(value, Unknown):
        raise Unknowable(value.select(name))
    if not isinstance(value, Attrs) or not has(value, name):
        return MISSING
    return get(value, name)


@register("attrByPath")
def attr_by_path(path: Lazy, default: Lazy, attrs: Lazy) -> Value:
    value = attrs
    for name in expect_list(path):
        value = look_up(force(value), expect_plain_string(name))
        if value is MISSING:
            return force(default)
    return force(value)


@register("hasAttrByPath")
def has_attr_by_path(path: Lazy, attrs: Lazy) -> Value:
    parts = expect_list(path)
    return len(_prefix_found(parts, attrs)) == len(parts)


@register("longestValidPathPrefix")
def longest_valid_path_prefix(path: Lazy, attrs: Lazy) -> Value:
    return _prefix_found(expect_list(path), attrs)


def _prefix_found(parts: list[Lazy], attrs: Lazy) -> list[Lazy]:
    """As much of a path as leads to something. What is at its end is not forced."""
    value = attrs
    for index, part in enumerate(parts):
        around, name = force(value), expect_plain_string(part)
        if isinstance(around, Unknown):
            raise Unknowable(around.select(name))
        if not isinstance(around, Attrs) or not has(around, name):
            return parts[:index]
        value = get_lazy(around, name)
    return parts


@register("setAttrByPath")
def set_attr_by_path(path: Lazy, value: Lazy) -> Value:
    return _nested(expect_list(path), 0, value)


def _nested(parts: list[Lazy], depth: int, value: Lazy) -> Value:
    if depth == len(parts):
        return force(value)
    inner = delayed(lambda: _nested(parts, depth + 1, value))
    name = force(parts[depth])
    if name is None:
        # As any attribute whose name is null, it is left out.
        return Attrs()
    if isinstance(name, Unknown):
        return OpenAttrs((), name)
    return Attrs({expect_plain_string(name): inner})


@register("getAttrFromPath")
def get_attr_from_path(path: Lazy, attrs: Lazy) -> Value:
    value = attrs
    for part in expect_list(path):
        around, name = force(value), expect_plain_string(part)
        if isinstance(around, Unknown):
            value = around.select(name)
            continue
        value = get_lazy(around, name) if isinstance(around, Attrs) else MISSING
        if value is MISSING:
            shown = concat_strings_sep(".", path)
            return abort(concat_strings(["cannot find attribute '", shown, "'"]))
    return force(value)


@register("attrVals")
def attr_vals(wanted: Lazy, attrs: Lazy) -> Value:
    return map_(function(lambda name: select_from(attrs, name)), wanted)


def select_from(attrs: Lazy, name: Lazy) -> Value:
    """`attrs.${name}`"""
    return select(expect_open_attrs(attrs), expect_plain_string(name))


@register("getAttrs")
def get_attrs(wanted: Lazy, attrs: Lazy) -> Value:
    return gen_attrs(wanted, function(lambda name: select_from(attrs, name)))


@register("filterAttrs")
def filter_attrs(predicate: Lazy, attrs: Lazy) -> Value:
    """An attribute that may be dropped or not leaves the others known."""
    found = expect_open_attrs(attrs)
    dropped: list[str] = []
    doubtful: dict[str, Unknown] = {}
    for name in sorted_names(found):
        try:
            if not expect_bool(call2(force(predicate), name, found[name])):
                dropped.append(name)
        except Unknowable as stop:
            doubtful[name] = stop.unknown
    kept = remove_attrs(found, dropped)
    if not doubtful:
        return kept
    items = {name: lazy for name, lazy in kept.items() if name not in doubtful}
    if isinstance(kept, OpenAttrs):
        absent = kept.absent - doubtful.keys()
        return OpenAttrs(items, kept.rest, kept.positions, absent)
    rest = next(iter(doubtful.values()))
    return OpenAttrs(items, rest, kept.positions, AllBut(doubtful))


@register("filterAttrsRecursive")
def filter_attrs_recursive(predicate: Lazy, attrs: Lazy) -> Value:
    kept = filter_attrs(predicate, attrs)

    def inner(lazy: Lazy) -> Value:
        value = force(lazy)
        return filter_attrs_recursive(predicate, value) if is_set(value) else value

    return like(kept, {name: Thunk(inner, lazy) for name, lazy in kept.items()}, {})


@register("foldlAttrs")
def foldl_attrs(operation: Lazy, initial: Lazy, attrs: Lazy) -> Value:
    result = force(initial)
    found = expect_attrs(attrs)
    for name in names(found):
        result = call(call2(force(operation), result, name), found[name])
    return result


@register("collect")
def collect(predicate: Lazy, attrs: Lazy) -> Value:
    found: list[Any] = []
    _collect_into(found, predicate, attrs)
    return make_list(found)


def _collect_into(found: list[Any], predicate: Lazy, lazy: Lazy) -> None:
    try:
        if expect_bool(call(force(predicate), lazy)):
            found.append(lazy)
            return
        value = force(lazy)
        is_set(value)
    except Unknowable as stop:
        found.append(Splice(stop.unknown))
        return
    if isinstance(value, Attrs):
        with NESTED:
            for _name, item in _members(value):
                if item.__class__ is Splice:
                    found.append(item)
                else:
                    _collect_into(found, predicate, item)


def _members(attrs: Attrs) -> list[tuple[str, Any]]:
    """Names and values in order; in an open set there may be others anywhere between."""
    members = [(name, attrs[name]) for name in sorted_names(attrs)]
    if not isinstance(attrs, OpenAttrs):
        return members
    between = ("", Splice(attrs.rest))
    return [between, *[part for member in members for part in (member, between)]]


@register("cartesianProduct")
def cartesian_product(attrs: Lazy) -> Value:
    found = expect_attrs(attrs)
    product = [Attrs()]
    for name in names(found):
        product = [
            Attrs({**chosen, name: item}) for chosen in product for item in expect_list(found[name])
        ]
    return product


@register("mapCartesianProduct")
def map_cartesian_product(function: Lazy, attrs: Lazy) -> Value:
    return map_(function, cartesian_product(attrs))


@register("nameValuePair")
def name_value_pair(name: Lazy, value: Lazy) -> Value:
    return Attrs({"name": name, "value": value})


@register("mapAttrs'")
def map_attrs_to_pairs(function: Lazy, attrs: Lazy) -> Value:
    found = expect_open_attrs(attrs)
    if isinstance(found, OpenAttrs) and isinstance(found.absent, AllBut):
        made = _pairs_of_doubtful(function, found, found.absent.names.difference(found))
        if made is not None:
            return made
    return list_to_attrs(map_attrs_to_list(function, found))


def _pairs_of_doubtful(function: Lazy, found: OpenAttrs, names: Set[str]) -> Value | None:
    """The same of a set of which only some names are in doubt; None if theirs are not known then.

    A name that is in doubt is as much so under its new name.
    """
    certain = list_to_attrs(map_attrs_to_list(function, Attrs(found)))
    doubtful: set[str] = set()
    for name in names:
        try:
            pair = expect_attrs(call2(force(function), name, found.rest.select(name)))
            doubtful.add(expect_plain_string(select(pair, "name")))
        except (NixError, Unknowable):
            return None
    if certain.__class__ is not Attrs:
        return None
    assert isinstance(certain, Attrs)
    items = {name: lazy for name, lazy in certain.items() if name not in doubtful}
    rest = Unknown(found.rest.text, found.rest.cause)
    return OpenAttrs(items, rest, certain.positions, AllBut(doubtful.union(items)))


@register("mapAttrsToList")
def map_attrs_to_list(function: Lazy, attrs: Lazy) -> Value:
    def apply(pair: tuple[str, Lazy]) -> Value:
        return call2(force(function), pair[0], pair[1])

    return _list_of(expect_open_attrs(attrs), lambda name, lazy: Thunk(apply, (name, lazy)))


@register("attrsToList")
def attrs_to_list(attrs: Lazy) -> Value:
    return _list_of(expect_open_attrs(attrs), name_value_pair)


def _list_of(attrs: Attrs, make: Callable[[str, Lazy], Lazy]) -> Value:
    return make_list(
        [lazy if lazy.__class__ is Splice else make(name, lazy) for name, lazy in _members(attrs)]
    )


@register("mapAttrsRecursive")
def map_attrs_recursive(function: Lazy, attrs: Lazy) -> Value:
    return _map_recursive(lambda _attrs: True, function, expect_open_attrs(attrs), [])


@register("mapAttrsRecursiveCond")
def map_attrs_recursive_cond(condition: Lazy, function: Lazy, attrs: Lazy) -> Value:
    return _map_recursive(
        lambda attrs: expect_bool(call(force(condition), attrs)),
        function,
        expect_open_attrs(attrs),
        [],
    )


def _map_recursive(
    condition: Callable[[Attrs], bool], function: Lazy, attrs: Attrs, path: list[Lazy]
) -> Attrs:
    def apply(pair: tuple[str, Lazy]) -> Value:
        name, lazy = pair
        here, value = [*path, name], force(lazy)
        if is_set(value) and condition(value):
            return _map_recursive(condition, function, value, here)
        return call2(force(function), here, lazy)

    return like(attrs, {name: Thunk(apply, (name, lazy)) for name, lazy in attrs.items()}, {})


@register("mapAttrsToListRecursive")
def map_attrs_to_list_recursive(function: Lazy, attrs: Lazy) -> Value:
    return _list_recursive(lambda _path, _attrs: True, function, attrs)


@register("mapAttrsToListRecursiveCond")
def map_attrs_to_list_recursive_cond(predicate: Lazy, function: Lazy, attrs: Lazy) -> Value:
    return _list_recursive(
        lambda path, inner: expect_bool(call2(force(predicate), path, inner)), function, attrs
    )


def _list_recursive(
    descends: Callable[[list[Lazy], Lazy], bool], function: Lazy, attrs: Lazy
) -> Value:
    found: list[Any] = []

    def apply(pair: tuple[list[Lazy], Lazy]) -> Value:
        return call2(force(function), pair[0], pair[1])

    def visit(path: list[Lazy], around: Attrs) -> None:
        with NESTED:
            for name, lazy in _members(around):
                if lazy.__class__ is Splice:
                    found.append(lazy)
                    continue
                here = [*path, name]
                try:
                    inner = is_set(force(lazy)) and descends(here, lazy)
                except Unknowable as stop:
                    found.append(Splice(stop.unknown))
                    continue
                if inner:
                    visit(here, expect_attrs(lazy))
                else:
                    found.append(Thunk(apply, (here, lazy)))

    visit([], expect_open_attrs(attrs))
    return make_list(found)


@register("genAttrs")
def gen_attrs(wanted: Lazy, function: Lazy) -> Value:
    """With unknown names among them the others are still known: a value hangs on its name only."""

    def apply(name: Lazy) -> Value:
        return call(force(function), name)

    made: dict[str, Lazy] = {}
    unknown: Unknown | None = None
    for item in expect_open_list(wanted):
        try:
            if item.__class__ is Splice:
                raise Unknowable(item.unknown)
            name = str(expect_plain_string(item))
        except Unknowable as stop:
            unknown = unknown or stop.unknown
        else:
            made.setdefault(name, Thunk(apply, item))
    return Attrs(made) if unknown is None else OpenAttrs(made, unknown)


@register("genAttrs'")
def gen_attrs_from_pairs(items: Lazy, function: Lazy) -> Value:
    return list_to_attrs(map_(function, items))


@register("isDerivation")
def is_derivation_(lazy: Lazy) -> Value:
    value = force(lazy)
    return is_set(value) and is_derivation(value)


@register("optionalAttrs")
def optional_attrs(condition: Lazy, attrs: Lazy) -> Value:
    """By an unknown condition only the names of the set are in doubt."""
    chosen = force(condition)
    if not isinstance(chosen, Unknown):
        return force(attrs) if expect_bool(chosen) else Attrs()
    choice = UnknownChoice(chosen, attrs, Attrs())
    value = attempt(attrs)
    if value.__class__ is not Attrs:
        return choice
    return ChosenAttrs((), choice, {}, AllBut(value)) if value else value


@register("matchAttrs")
def match_attrs(pattern: Lazy, attrs: Lazy) -> Value:
    wanted = force(pattern)
    assertion(is_set(wanted), "(isAttrs pattern)")
    for name in names(wanted):
        found = look_up(force(attrs), name)
        if found is MISSING:
            return False
        expected = force(wanted[name])
        if is_set(expected):
            if not is_set(found) or not match_attrs(expected, found):
                return False
        elif not equal(expected, found):
            return False
    return True


@register("overrideExisting")
def override_existing(old: Lazy, new: Lazy) -> Value:
    def overridden(pair: tuple[str, Lazy]) -> Value:
        found = look_up(force(new), pair[0])
        return force(pair[1]) if found is MISSING else found

    known = expect_open_attrs(old)
    return like(known, {name: Thunk(overridden, (name, lazy)) for name, lazy in known.items()}, {})
