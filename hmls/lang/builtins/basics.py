"""Types, control, attribute sets and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.coerce import to_path, to_string
from hmls.lang.errors import Thrown
from hmls.lang.force import (
    call,
    call2,
    expect_attrs,
    expect_function,
    expect_int,
    expect_list,
    expect_open_list,
    force,
    make_list,
    names,
)
from hmls.lang.values import Lazy, Splice, Thunk, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


@register("toString")
def to_string_(value: Lazy) -> Value:
    return to_string(value)


@register("throw")
def throw(message: Lazy) -> Value:
    raise Thrown(to_string(message))


@register("map")
def map_(function: Lazy, items: Lazy) -> Value:
    """Lazy in the items; unknown items stay where they are."""
    xs = expect_open_list(items)
    if not xs:
        return []
    f = expect_function(function)

    def apply(item: Lazy) -> Value:
        return call(f, item)

    return make_list([x if x.__class__ is Splice else Thunk(apply, x) for x in xs])


@register("foldl'")
def foldl_strict(function: Lazy, initial: Lazy, items: Lazy) -> Value:
    f = expect_function(function)
    result = initial
    for item in expect_list(items):
        result = call2(f, result, item)
    return force(result)


@register("genList")
def gen_list(function: Lazy, length: Lazy) -> Value:
    count = expect_int(length)

    def apply(index: int) -> Value:
        return call(force(function), index)

    return [Thunk(apply, index) for index in range(count)]


@register("attrNames")
def attr_names(attrs: Lazy) -> Value:
    return names(expect_attrs(attrs))


@register.with_interp("import")
def import_(interp: Interp, path: Lazy) -> Value:
    return interp.import_path(to_path(path))
