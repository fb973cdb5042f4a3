"""Lists.

Unknown items stay where they are, and with them what is known. Source: nix primops.cc.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hmls.lang.budget import spend
from hmls.lang.builtins.arguments import applier
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.sorting import peeksort
from hmls.lang.compare import identical_or_equal, less_than
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import (
    attempt,
    call,
    call2,
    expect_bool,
    expect_function,
    expect_int,
    expect_list,
    expect_open_list,
    expect_plain_string,
    first_splice,
    force,
    make_list,
)
from hmls.lang.values import (
    Attrs,
    Lambda,
    Lazy,
    OpenAttrs,
    OpenList,
    Primop,
    Splice,
    Thunk,
    Unknown,
    UnknownChoice,
    Value,
)

register = Registry()


@register("length")
def length(items: Lazy) -> Value:
    return len(expect_list(items))


@register("head")
def head(items: Lazy) -> Value:
    xs = expect_open_list(items)
    if not xs:
        raise NixError("'builtins.head' called on an empty list")
    if xs[0].__class__ is Splice:
        raise Unknowable(xs[0].unknown)
    return force(xs[0])


@register("tail")
def tail(items: Lazy) -> Value:
    xs = expect_open_list(items)
    if not xs:
        raise NixError("'builtins.tail' called on an empty list")
    if xs[0].__class__ is Splice:
        raise Unknowable(xs[0].unknown)
    return make_list(xs[1:])


@register("elemAt")
def elem_at(items: Lazy, index: Lazy) -> Value:
    n = expect_int(index)
    value = force(items)
    if value.__class__ is OpenList and n >= 0:
        return force(_open_item(value, n))
    xs = expect_list(value)
    if not 0 <= n < len(xs):
        raise NixError(f"'builtins.elemAt' called with index {n} on a list of size {len(xs)}")
    return force(xs[n])


def _open_item(value: OpenList, index: int) -> Lazy:
    """The item at an index; it is unknown if an unknown number of others comes before."""
    for x in value.items[: index + 1]:
        if x.__class__ is Splice:
            raise Unknowable(x.unknown)
    if index >= len(value.items):
        raise Unknowable(first_splice(value))
    return value.items[index]


@register("map")
def map_(function: Lazy, items: Lazy) -> Value:
    """Lazy in the items."""
    xs = expect_open_list(items)
    if not xs:
        return []
    f = expect_function(function)
    if f.__class__ is Lambda:
        enter, env = f.enter, f.env

        def apply(item: Lazy) -> Value:
            return enter(env, item)

    else:

        def apply(item: Lazy) -> Value:
            return call(f, item)

    return make_list([x if x.__class__ is Splice else Thunk(apply, x) for x in xs])


@register("filter")
def filter_(predicate: Lazy, items: Lazy) -> Value:
    xs = expect_open_list(items)
    if not xs:
        return []
    apply = applier(expect_function(predicate))
    kept: list[Any] = []
    for x in xs:
        if x.__class__ is Splice:
            kept.append(x)
            continue
        try:
            if expect_bool(apply(x)):
                kept.append(x)
        except Unknowable as stop:
            kept.append(Splice(UnknownChoice(stop.unknown, [x], [])))
    return make_list(kept)


@register("elem")
def elem(wanted: Lazy, items: Lazy) -> Value:
    return _any(lambda x: identical_or_equal(wanted, x), expect_open_list(items), True)


@register("any")
def any_(predicate: Lazy, items: Lazy) -> Value:
    apply = applier(expect_function(predicate))
    return _any(lambda x: expect_bool(apply(x)), expect_open_list(items), True)


@register("all")
def all_(predicate: Lazy, items: Lazy) -> Value:
    apply = applier(expect_function(predicate))
    return not _any(lambda x: expect_bool(apply(x)), expect_open_list(items), False)


def _any(test: Callable[[Lazy], bool], xs: list[Any], wanted: bool) -> bool:
    """Whether some item gives the wanted answer: one that does outweighs unknown ones."""
    unknown: Unknown | None = None
    for x in xs:
        if x.__class__ is Splice:
            unknown = x.unknown
            continue
        if unknown is not None:
            # Perhaps one before gives the answer, and this one is never looked at.
            if attempt(Thunk(test, x)) is wanted:
                return True
            continue
        try:
            if test(x) is wanted:
                return True
        except Unknowable as stop:
            unknown = stop.unknown
    if unknown is not None:
        raise Unknowable(unknown)
    return False


@register("concatLists")
def concat_lists(lists: Lazy) -> Value:
    made: list[Any] = []
    for item in expect_open_list(lists):
        _extend(made, item)
    return make_list(made)


@register("concatMap")
def concat_map(function: Lazy, items: Lazy) -> Value:
    apply = applier(expect_function(function))
    made: list[Any] = []
    for x in expect_open_list(items):
        if x.__class__ is Splice:
            made.append(x)
            continue
        try:
            made.extend(expect_open_list(apply(x)))
        except Unknowable as stop:
            made.append(Splice(stop.unknown))
    return make_list(made)


def _extend(made: list[Any], item: Any) -> None:
    if item.__class__ is Splice:
        made.append(item)
        return
    try:
        made.extend(expect_open_list(item))
    except Unknowable as stop:
        made.append(Splice(stop.unknown))


@register("foldl'")
def foldl_strict(function: Lazy, initial: Lazy, items: Lazy) -> Value:
    """Strict in each result, but not in the initial value."""
    f = expect_function(function)
    xs = expect_list(items)
    result = initial
    if f.__class__ is Lambda:
        enter, env = f.enter, f.env
        for x in xs:
            result = call(enter(env, result), x)
    else:
        for x in xs:
            result = call2(f, result, x)
    return force(result)


@register("genList")
def gen_list(generator: Lazy, length: Lazy) -> Value:
    count = expect_int(length)
    if count < 0:
        raise NixError(f"cannot create list of size {count}")
    spend(count)
    apply = applier(expect_function(generator))
    return [Thunk(apply, index) for index in range(count)]


@register("sort")
def sort(comparator: Lazy, items: Lazy) -> Value:
    xs = expect_list(items)
    if not xs:
        return xs
    f = expect_function(comparator)
    values = [force(x) for x in xs]
    if f.__class__ is Primop and f.name == "lessThan" and not f.done:
        if all(value.__class__ is int for value in values):
            return sorted(values)
        return peeksort(values, less_than)
    return peeksort(values, lambda a, b: expect_bool(call2(f, a, b)))


@register("partition")
def partition(predicate: Lazy, items: Lazy) -> Value:
    apply = applier(expect_function(predicate))
    right: list[Any] = []
    wrong: list[Any] = []
    for x in expect_open_list(items):
        if x.__class__ is not Splice:
            force(x)
            try:
                (right if expect_bool(apply(x)) else wrong).append(x)
                continue
            except Unknowable as stop:
                x = Splice(stop.unknown)
        right.append(x)
        wrong.append(x)
    return Attrs({"right": make_list(right), "wrong": make_list(wrong)})


@register("groupBy")
def group_by(function: Lazy, items: Lazy) -> Value:
    """With items of which the group is unknown, all groups are open."""
    apply = applier(expect_function(function))
    groups: dict[str, list[Any]] = {}
    unknown: list[Splice] = []
    for x in expect_open_list(items):
        if x.__class__ is not Splice:
            try:
                name = expect_plain_string(apply(x))
                groups.setdefault(name, list(unknown)).append(x)
                continue
            except Unknowable as stop:
                x = Splice(stop.unknown)
        unknown.append(x)
        for group in groups.values():
            group.append(x)
    made = {name: make_list(group) for name, group in groups.items()}
    return OpenAttrs(made, unknown[0].unknown) if unknown else Attrs(made)
