"""lib.lists, part 2: parts of lists.

Source: nixpkgs lib/lists.nix.
"""

from __future__ import annotations

from typing import Any

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import add, subtract
from hmls.lang.compare import equal, less_than
from hmls.lang.errors import NixError, Thrown, Unknowable
from hmls.lang.force import (
    delayed,
    expect_int,
    expect_list,
    expect_open_list,
    force,
    make_list,
)
from hmls.lang.lib.support import assert_message
from hmls.lang.values import Lazy, Splice, Value

register = Registry()


@register("take")
def take(count: Lazy, items: Lazy) -> Value:
    return sublist(0, count, items)


@register("takeEnd")
def take_end(count: Lazy, items: Lazy) -> Value:
    return drop(_without(count, items), items)


@register("drop")
def drop(count: Lazy, items: Lazy) -> Value:
    xs, wanted = expect_open_list(items), force(count)
    if wanted.__class__ is int and 0 <= wanted <= known_length(xs):
        return make_list(xs[wanted:])
    return sublist(wanted, len(expect_list(items)), items)


@register("dropEnd")
def drop_end(count: Lazy, items: Lazy) -> Value:
    return take(_without(count, items), items)


def _without(count: Lazy, items: Lazy) -> Value:
    """`max 0 (length items - count)`"""
    rest = subtract(len(expect_list(items)), force(count))
    return rest if less_than(0, rest) else 0


@register("sublist")
def sublist(start: Lazy, count: Lazy, items: Lazy) -> Value:
    """Items are looked up when they are needed, so that a negative start fails then only."""
    first, xs = force(start), expect_open_list(items)
    known = known_length(xs)
    if not less_than(first, known):
        # Past the end, unless more items are there than are known.
        return expect_list(items)[:0]
    end = add(first, force(count))
    if less_than(known, end):
        end = len(expect_list(items))
    length = expect_int(subtract(end, first))
    if length < 0:
        raise NixError(f"cannot create list of size {length}")
    if first >= 0:
        return xs[first:end]
    return [_item(xs, index) for index in range(first, end)]


def known_length(items: list[Any]) -> int:
    """How many items stand before the first splice."""
    for index, item in enumerate(items):
        if item.__class__ is Splice:
            return index
    return len(items)


def _item(items: list[Lazy], index: int) -> Lazy:
    return items[index] if index >= 0 else delayed(lambda: _no_item(items, index))


def _no_item(items: list[Lazy], index: int) -> Value:
    raise NixError(f"'builtins.elemAt' called with index {index} on a list of size {len(items)}")


@register("hasPrefix")
def has_prefix(prefix: Lazy, items: Lazy) -> Value:
    xs = expect_list(prefix)
    return equal(sublist(0, len(xs), items), xs)


@register("removePrefix")
def remove_prefix(prefix: Lazy, items: Lazy) -> Value:
    if has_prefix(prefix, items):
        return drop(len(expect_list(prefix)), items)
    raise Thrown(
        "lib.lists.removePrefix: First argument is not a list prefix of the second argument"
    )


@register("commonPrefix")
def common_prefix(left: Lazy, right: Lazy) -> Value:
    xs, ys = expect_list(left), expect_list(right)
    for index, (x, y) in enumerate(zip(xs, ys, strict=False)):
        if not equal(force(x), force(y)):
            return xs[:index]
    return xs[: len(ys)]


@register("last")
def last(items: Lazy) -> Value:
    xs = _not_empty(items, "last")
    return force(xs[-1])


@register("init")
def init(items: Lazy) -> Value:
    return make_list(_not_empty(items, "init")[:-1])


def _not_empty(items: Lazy, name: str) -> list[Any]:
    """The items of a list whose last one is known."""
    assert_message(force(items) != [], f"lists.{name}: list must not be empty!")
    xs = expect_open_list(items)
    if xs[-1].__class__ is Splice:
        raise Unknowable(xs[-1].unknown)
    return xs


@register("reverseList")
def reverse_list(items: Lazy) -> Value:
    return make_list(expect_open_list(items)[::-1])


@register("replaceElemAt")
def replace_elem_at(items: Lazy, index: Lazy, new: Lazy) -> Value:
    at, size = expect_int(index), len(expect_list(items))
    assert_message(
        0 <= at < size,
        f"'lists.replaceElemAt' called with index {at} on a list of size {size}",
    )
    replaced = list(expect_list(items))
    replaced[at] = new
    return replaced
