"""lib.attrsets, part 2: merging sets, updates inside them, and the outputs of packages.

Source: nixpkgs lib/attrsets.nix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hmls.lang.builtins.arguments import expect_open_attrs
from hmls.lang.builtins.attrs import (
    cat_attrs,
    has_attr,
    intersect_attrs,
    like,
    map_attrs,
    zip_attrs_with,
)
from hmls.lang.builtins.files import base_name_of
from hmls.lang.builtins.lists import elem_at, group_by, map_
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.strings import substring
from hmls.lang.combine import as_set, update
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_open_list,
    expect_plain_string,
    expect_string,
    force,
    get_lazy,
    names,
    select,
    sorted_names,
)
from hmls.lang.lib.attrsets import gen_attrs, is_set, look_up
from hmls.lang.lib.pretty import identifier
from hmls.lang.lib.string_names import sanitize_derivation_name
from hmls.lang.lib.support import builtin, function, function2
from hmls.lang.show import show
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Primop, Splice, Thunk, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


@register("concatMapAttrs")
def concat_map_attrs(function: Lazy, attrs: Lazy) -> Value:
    found = expect_open_attrs(attrs)
    merged = Attrs()
    mapped = map_attrs(function, found)
    for name in sorted_names(mapped):
        merged = update(merged, as_set(force(mapped[name])))
    if isinstance(found, OpenAttrs):
        # What the unknown ones give may stand behind any of these.
        merged = update(merged, OpenAttrs((), mapped.rest))
    return merged


@register("mergeAttrsList")
def merge_attrs_list(sets: Lazy) -> Value:
    items = expect_open_list(sets)
    if not items:
        return Attrs()
    known = [item for item in items if item.__class__ is not Splice]
    if len(known) == 1 and not isinstance(force(known[0]), Attrs):
        # Alone in the list it is not looked at, and may be anything.
        return force(known[0]) if len(items) == 1 else expect_list(sets)
    merged = Attrs()
    for item in reversed(items):
        merged = update(as_set(item.unknown if item.__class__ is Splice else force(item)), merged)
    return merged


@register("zipAttrsWithNames")
def zip_attrs_with_names(wanted: Lazy, function: Lazy, sets: Lazy) -> Value:
    def zipped(name: Lazy) -> Value:
        return call2(force(function), name, delayed(lambda: cat_attrs(name, sets)))

    return gen_attrs(wanted, Primop("", 1, zipped))


@register("zipAttrs")
def zip_attrs(sets: Lazy) -> Value:
    return zip_attrs_with(function2(lambda _name, values: force(values)), sets)


@register("foldAttrs")
def fold_attrs(operation: Lazy, initial: Lazy, sets: Lazy) -> Value:
    folded = Attrs()
    given = [
        as_set(item.unknown if item.__class__ is Splice else force(item))
        for item in expect_open_list(sets)
    ]

    def apply(pair: tuple[Lazy, Lazy]) -> Value:
        return call2(force(operation), pair[0], pair[1])

    for attrs in reversed(given):
        shape = update(folded, attrs)
        items = dict(shape)
        for name, lazy in attrs.items():
            before = get_lazy(folded, name)
            items[name] = Thunk(apply, (lazy, initial if before is MISSING else before))
        folded = like(shape, items, {})
    return folded


@register("recursiveUpdate")
def recursive_update(left: Lazy, right: Lazy) -> Value:
    """Where little is known of the left side, the leaves of the right one still win."""
    return _updated(_wins_as_leaf, [], left, right)


def _wins_as_leaf(_path: list[Lazy], left: Lazy, right: Lazy) -> bool:
    known = force(left)
    # Of an unknown left side it does not matter what it is, if there is nothing to merge.
    may_be_set = isinstance(known, Unknown) and known.kind in (None, "set")
    return not ((may_be_set or isinstance(known, Attrs)) and is_set(force(right)))


@register("recursiveUpdateUntil")
def recursive_update_until(predicate: Lazy, left: Lazy, right: Lazy) -> Value:
    def wins(path: list[Lazy], lhs: Lazy, rhs: Lazy) -> bool:
        return expect_bool(call(call2(force(predicate), path, lhs), rhs))

    return _updated(wins, [], left, right)


def _updated(
    wins: Callable[[list[Lazy], Lazy, Lazy], bool], path: list[Lazy], left: Lazy, right: Lazy
) -> Attrs:
    """`left // right`, merging further where both have an attribute unless the right one wins."""
    winner, loser = expect_open_attrs(right), expect_open_attrs(left)

    def merged(name: str) -> Value:
        ours, theirs = get_lazy(winner, name), get_lazy(loser, name)
        if ours is MISSING or theirs is MISSING:
            return force(theirs if ours is MISSING else ours)
        here = [*path, name]
        if wins(here, theirs, ours):
            return force(ours)
        value, other = force(ours), force(theirs)
        if isinstance(value, Unknown):
            raise Unknowable(value)
        if isinstance(other, Unknown) and not isinstance(value, Attrs):
            # It may be missing, so that there is nothing to merge.
            raise Unknowable(other)
        return _updated(wins, here, other, value)

    shape = update(loser, winner)
    return like(shape, {name: Thunk(merged, name) for name in shape}, {})


@register("unionOfDisjoint")
def union_of_disjoint(left: Lazy, right: Lazy) -> Value:
    both = intersect_attrs(left, right)

    def collision(name: str) -> Value:
        shared = " ".join(names(both))
        raise Thrown(f"unionOfDisjoint: collision on {name}; complete list: {shared}")

    mask = like(both, {name: Thunk(collision, name) for name in both}, {})
    winner = as_set(force(right))
    return update(update(as_set(force(left)), winner), mask)


@register("updateManyAttrsByPath")
def update_many_attrs_by_path(updates: Lazy, value: Lazy) -> Value:
    return _update_many(0, value, expect_list(updates))


def _update_many(depth: int, value: Lazy, updates: list[Lazy]) -> Value:
    """Apply the updates whose paths agree so far; `value` is MISSING where there is none."""
    here = [one for one in updates if len(_path_of(one)) == depth]
    further = [one for one in updates if len(_path_of(one)) != depth]
    result: Lazy = delayed(lambda: _with_nested(depth, value, here, further))
    for one in here:
        result = _apply_update(one, result)
    return force(result)


def _apply_update(one: Lazy, before: Lazy) -> Lazy:
    return delayed(lambda: call(select(expect_attrs(one), "update"), before))


def _path_of(one: Lazy) -> list[Lazy]:
    return expect_list(select(expect_attrs(one), "path"))


def _with_nested(depth: int, value: Lazy, here: list[Lazy], further: list[Lazy]) -> Value:
    if not further:
        if value is not MISSING:
            return force(value)
        raise Thrown(
            f"updateManyAttrsByPath: Path '{show_attr_path(_path_of(here[0]))}' does not exist in "
            "the given value, but the first update to this path tries to access the existing value."
        )
    groups = group_by(function(lambda one: elem_at(_path_of(one), depth)), further)
    around = Attrs() if value is MISSING else force(value)
    if not is_set(around):
        path = _path_of(further[0])
        raise Thrown(
            f"updateManyAttrsByPath: Path '{show_attr_path(path)}' needs to be updated, but path "
            f"'{show_attr_path(path[:depth])}' of the given value is not an attribute set, so we "
            "can't update an attribute inside of it."
        )

    def updated(name: str) -> Value:
        return _update_many(depth + 1, get_lazy(around, name), expect_list(groups[name]))

    return update(around, Attrs({name: Thunk(updated, name) for name in names(groups)}))


@register("showAttrPath")
def show_attr_path(path: Lazy) -> Value:
    parts = expect_list(path)
    if not parts:
        return "<root attribute path>"
    return ".".join([identifier(expect_string(part)) for part in parts])


@register("getOutput")
def get_output(output: Lazy, package: Lazy) -> Value:
    value = _package(package, lambda: f"lib.getOutput {show(output)}")
    if _has_chosen_output(value):
        return value
    for name in (expect_plain_string(output), "out"):
        found = look_up(value, name)
        if found is not MISSING:
            return found
    return value


def _package(package: Lazy, called: Callable[[], str]) -> Value:
    """The package. Raises Unknowable for an unknown one, saying what is done with it."""
    value = force(package)
    if isinstance(value, Unknown) and value.kind in (None, "set"):
        raise Unknowable(value.told_as(lambda: f"{called()} {value.text}"))
    return value


def _has_chosen_output(package: Value) -> bool:
    specified = look_up(package, "outputSpecified") if isinstance(package, Attrs) else MISSING
    return specified is not MISSING and expect_bool(specified)


@register("getFirstOutput")
def get_first_output(candidates: Lazy, package: Lazy) -> Value:
    value = _package(package, lambda: f"lib.getFirstOutput {show(candidates)}")
    if _has_chosen_output(value):
        return value
    for name in expect_list(candidates):
        if has_attr(name, value):
            return select(expect_attrs(value), expect_plain_string(name))
    return value


def _output_getter(name: str, output: str) -> None:
    @register(name)
    def getter(package: Lazy) -> Value:
        return get_output(output, package)


def _first_output_getter(name: str, candidates: list[Lazy]) -> None:
    @register(name)
    def getter(package: Lazy) -> Value:
        return get_first_output(candidates, package)


_output_getter("getBin", "bin")
_output_getter("getLib", "lib")
_output_getter("getDev", "dev")
_output_getter("getMan", "man")
_first_output_getter("getStatic", ["static", "lib", "out"])
_first_output_getter("getInclude", ["include", "dev", "out"])


@register("chooseDevOutputs")
def choose_dev_outputs(packages: Lazy) -> Value:
    return map_(register.free["getDev"], packages)


@register("recurseIntoAttrs")
def recurse_into_attrs(attrs: Lazy) -> Value:
    return update(as_set(force(attrs)), Attrs({"recurseForDerivations": True}))


@register("dontRecurseIntoAttrs")
def dont_recurse_into_attrs(attrs: Lazy) -> Value:
    return update(as_set(force(attrs)), Attrs({"recurseForDerivations": False}))


@register.with_interp("toDerivation")
def to_derivation(interp: Interp, path: Lazy) -> Value:
    store_path = delayed(lambda: call(builtin(interp, "storePath"), path))
    made = Attrs(
        {
            "type": "derivation",
            "name": delayed(lambda: _name_of_store_path(store_path)),
            "outPath": store_path,
            "outputs": ["out"],
            "outputName": "out",
        }
    )
    made["out"] = made
    return made


def _name_of_store_path(path: Lazy) -> Value:
    return sanitize_derivation_name(substring(33, -1, base_name_of(path)))
