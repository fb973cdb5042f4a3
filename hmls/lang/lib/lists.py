"""lib.lists, part 1: folds, maps, filters, searching, and lists as sets.

Source: nixpkgs lib/lists.nix. Parts of lists are in `list_parts`, orders in `list_orders`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hmls.lang.budget import spend
from hmls.lang.builtins.attrs import like
from hmls.lang.builtins.lists import any_, elem, filter_, group_by, map_
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import add, subtract
from hmls.lang.compare import equal, less_than
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import (
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_function,
    expect_int,
    expect_list,
    expect_open_list,
    force,
    make_list,
    names,
)
from hmls.lang.lib.support import NESTED, builtin, function
from hmls.lang.values import (
    Attrs,
    Lazy,
    OpenList,
    Primop,
    Splice,
    Thunk,
    Unknown,
    UnknownChoice,
    Value,
)

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

BUILTINS = """
    head tail length isList elemAt concatLists filter elem genList map concatMap any all
    partition groupBy sort
"""


def constants(interp: Interp) -> dict[str, Lazy]:
    return {"fold": delayed(lambda: _deprecated_fold(interp))}


def _deprecated_fold(interp: Interp) -> Value:
    message = "fold has been deprecated, use foldr instead"
    return call2(builtin(interp, "warn"), message, Primop("lib.lists.foldr", 3, foldr))


def choose(condition: Lazy, then: Lazy, otherwise: Lazy) -> Value:
    """`if condition then … else …`; by an unknown condition it is a choice of both."""
    chosen = force(condition)
    if isinstance(chosen, Unknown):
        return UnknownChoice(chosen, then, otherwise)
    return force(then) if expect_bool(chosen) else force(otherwise)


def perhaps(item: Lazy, condition: Unknown) -> Splice:
    """An item of which it is unknown whether it is in a list."""
    return Splice(UnknownChoice(condition, [item], []))


def filtered(items: list[Any], keep: Callable[[Lazy], bool]) -> Value:
    """The items that `keep` holds for; where that is unknown there may be one or not."""
    kept: list[Any] = []
    for item in items:
        if item.__class__ is Splice:
            kept.append(item)
            continue
        try:
            if keep(item):
                kept.append(item)
        except Unknowable as stop:
            kept.append(perhaps(item, stop.unknown))
    return make_list(kept)


@register("singleton")
def singleton(item: Lazy) -> Value:
    return [item]


@register("forEach")
def for_each(items: Lazy, function: Lazy) -> Value:
    return map_(function, items)


@register("foldr")
def foldr(operation: Lazy, initial: Lazy, items: Lazy) -> Value:
    """What stands before unknown items sees their result as unknown."""
    xs = expect_open_list(items)
    count = len(xs)

    def fold_from(index: int) -> Value:
        if index == count:
            return force(initial)
        if xs[index].__class__ is Splice:
            raise Unknowable(xs[index].unknown)
        with NESTED:
            return call2(force(operation), xs[index], Thunk(fold_from, index + 1))

    return fold_from(0)


@register("foldl")
def foldl(operation: Lazy, initial: Lazy, items: Lazy) -> Value:
    xs = expect_open_list(items)

    def fold_to(index: int) -> Value:
        if index == -1:
            return force(initial)
        if xs[index].__class__ is Splice:
            raise Unknowable(xs[index].unknown)
        with NESTED:
            return call2(force(operation), Thunk(fold_to, index - 1), xs[index])

    return fold_to(len(xs) - 1)


@register("foldl'")
def foldl_strict(operation: Lazy, initial: Lazy, items: Lazy) -> Value:
    result = force(initial)
    function = expect_function(operation)
    for item in expect_list(items):
        result = call2(function, result, item)
    return force(result)


@register("imap0")
def imap0(function: Lazy, items: Lazy) -> Value:
    return _imap(function, items, 0)


@register("imap1")
def imap1(function: Lazy, items: Lazy) -> Value:
    return _imap(function, items, 1)


def _imap(function: Lazy, items: Lazy, first: int) -> Value:
    def apply(pair: tuple[Lazy, Lazy]) -> Value:
        return call2(force(function), pair[0], pair[1])

    mapped: list[Any] = []
    offset: Unknown | None = None
    for index, item in enumerate(expect_open_list(items), first):
        if item.__class__ is Splice:
            offset = Unknown(None, item.unknown.cause, item.unknown.site, "int")
            mapped.append(item)
        else:
            mapped.append(Thunk(apply, (index if offset is None else offset, item)))
    return make_list(mapped)


@register("ifilter0")
def ifilter0(predicate: Lazy, items: Lazy) -> Value:
    xs = expect_list(items)
    return [x for index, x in enumerate(xs) if expect_bool(call2(force(predicate), index, x))]


@register("flatten")
def flatten(value: Lazy) -> Value:
    flat: list[Any] = []
    _flatten_into(flat, value)
    return make_list(flat)


def _flatten_into(flat: list[Any], lazy: Lazy) -> None:
    value = force(lazy)
    if value.__class__ is list or value.__class__ is OpenList:
        with NESTED:
            for item in expect_open_list(value):
                if item.__class__ is Splice:
                    flat.append(item)
                else:
                    _flatten_into(flat, item)
    elif isinstance(value, Unknown) and value.kind in (None, "list"):
        flat.append(Splice(value))
    else:
        flat.append(lazy)


@register("remove")
def remove(unwanted: Lazy, items: Lazy) -> Value:
    return filtered(expect_open_list(items), lambda item: not equal(force(item), force(unwanted)))


@register("findSingle")
def find_single(predicate: Lazy, default: Lazy, multiple: Lazy, items: Lazy) -> Value:
    found = expect_list(filter_(predicate, items))
    if not found:
        return force(default)
    return force(multiple) if len(found) > 1 else force(found[0])


@register("findFirstIndex")
def find_first_index(predicate: Lazy, default: Lazy, items: Lazy) -> Value:
    index = _index_of(predicate, expect_open_list(items))
    return force(default) if index is None else index


@register("findFirst")
def find_first(predicate: Lazy, default: Lazy, items: Lazy) -> Value:
    xs = expect_open_list(items)
    index = _index_of(predicate, xs)
    return force(default) if index is None else force(xs[index])


def _index_of(predicate: Lazy, items: list[Any]) -> int | None:
    for index, item in enumerate(items):
        if item.__class__ is Splice:
            raise Unknowable(item.unknown)
        if expect_bool(call(force(predicate), item)):
            return index
    return None


@register("count")
def count(predicate: Lazy, items: Lazy) -> Value:
    return sum([expect_bool(call(force(predicate), item)) for item in expect_list(items)])


@register("optional")
def optional(condition: Lazy, item: Lazy) -> Value:
    return choose(condition, [item], [])


@register("optionals")
def optionals(condition: Lazy, items: Lazy) -> Value:
    return choose(condition, items, [])


@register("toList")
def to_list(lazy: Lazy) -> Value:
    value = force(lazy)
    if value.__class__ is list or value.__class__ is OpenList:
        return value
    if isinstance(value, Unknown) and value.kind in (None, "list"):
        raise Unknowable(value)
    return [value]


@register("range")
def range_(first: Lazy, last: Lazy) -> Value:
    end, start = force(last), force(first)
    if less_than(end, start):
        return []
    length = expect_int(add(subtract(end, start), 1))
    spend(length)
    if start.__class__ is int:
        return list(range(start, end + 1))
    return [Thunk(lambda n: add(start, n), index) for index in range(length)]


@register("replicate")
def replicate(times: Lazy, item: Lazy) -> Value:
    length = expect_int(times)
    if length < 0:
        raise NixError(f"cannot create list of size {length}")
    spend(length)
    return [Thunk(force, item) for _ in range(length)]


@register("groupBy'")
def group_by_folding(operation: Lazy, initial: Lazy, predicate: Lazy, items: Lazy) -> Value:
    groups = group_by(predicate, items)

    def fold(group: Lazy) -> Value:
        return foldl(operation, initial, group)

    return like(groups, {name: Thunk(fold, group) for name, group in groups.items()}, {})


@register("zipListsWith")
def zip_lists_with(function: Lazy, firsts: Lazy, seconds: Lazy) -> Value:
    def apply(pair: tuple[Lazy, Lazy]) -> Value:
        return call2(force(function), pair[0], pair[1])

    return _zipped(firsts, seconds, lambda first, second: Thunk(apply, (first, second)))


@register("zipLists")
def zip_lists(firsts: Lazy, seconds: Lazy) -> Value:
    return _zipped(firsts, seconds, lambda first, second: Attrs({"fst": first, "snd": second}))


def _zipped(firsts: Lazy, seconds: Lazy, combine: Callable[[Lazy, Lazy], Lazy]) -> Value:
    zipped: list[Any] = []
    for first, second in zip(expect_open_list(firsts), expect_open_list(seconds), strict=False):
        unknown = first if first.__class__ is Splice else second
        if unknown.__class__ is Splice:
            # From here on it is unknown which item meets which.
            zipped.append(unknown)
            break
        zipped.append(combine(first, second))
    return make_list(zipped)


@register("unique")
def unique(items: Lazy) -> Value:
    xs = expect_open_list(items)
    if len(xs) < 2:
        return make_list(xs)
    # The first one is forced to compare it with the second, which comes before it in that.
    if xs[1].__class__ is not Splice:
        force(xs[1])
    kept: list[Any] = []
    strings: set[str] = set()
    others: list[Any] = []
    for item in xs:
        if item.__class__ is Splice:
            kept.append(item)
            others.append(item)
            continue
        value = force(item)
        try:
            if _is_among(item, value, strings, others):
                continue
            kept.append(item)
        except Unknowable as stop:
            kept.append(perhaps(item, stop.unknown))
        if isinstance(value, str):
            strings.add(value)
        else:
            others.append(item)
    return make_list(kept)


def _is_among(item: Lazy, value: Value, strings: set[str], others: list[Any]) -> bool:
    if isinstance(value, str) and value in strings:
        return True
    if isinstance(value, Unknown) and (strings or others):
        raise Unknowable(value)
    return bool(elem(item, make_list(others)))


@register("uniqueStrings")
def unique_strings(items: Lazy) -> Value:
    return names(group_by(function(force), items))


@register("allUnique")
def all_unique(items: Lazy) -> Value:
    return len(expect_list(unique(items))) == len(expect_list(items))


@register("intersectLists")
def intersect_lists(wanted: Lazy, items: Lazy) -> Value:
    return filtered(expect_open_list(items), lambda item: elem(item, wanted))


@register("subtractLists")
def subtract_lists(unwanted: Lazy, items: Lazy) -> Value:
    return filtered(expect_open_list(items), lambda item: not elem(item, unwanted))


@register("mutuallyExclusive")
def mutually_exclusive(left: Lazy, right: Lazy) -> Value:
    xs = expect_list(left)
    return not xs or not any_(function(lambda item: elem(item, xs)), right)


@register("concatAttrValues")
def concat_attr_values(attrs: Lazy) -> Value:
    values = expect_attrs(attrs)
    found: list[Any] = []
    for name in names(values):
        found.extend(expect_open_list(values[name]))
    return make_list(found)


@register("crossLists")
def cross_lists(function: Lazy, lists: Lazy) -> Value:
    def apply(pair: tuple[Lazy, Lazy]) -> Value:
        return call(force(pair[0]), pair[1])

    functions: list[Lazy] = [function]
    for items in expect_list(lists):
        functions = [
            Thunk(apply, (partial, item)) for partial in functions for item in expect_list(items)
        ]
    return functions
