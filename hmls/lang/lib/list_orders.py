"""lib.lists, part 3: sorting, by number, by name, and by what has to come before what.

Source: nixpkgs lib/lists.nix.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.compare import equal, less_than
from hmls.lang.errors import NixError
from hmls.lang.force import (
    call,
    call2,
    expect_bool,
    expect_list,
    expect_string,
    force,
)
from hmls.lang.lib.string_numbers import to_int
from hmls.lang.lib.support import builtin, function2
from hmls.lang.lib.trivial import compare_values
from hmls.lang.values import Attrs, Lazy, Thunk, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_NUMBER = re.compile("(0|[1-9][0-9]*)")


@register.with_interp("sortOn")
def sort_on(interp: Interp, key: Lazy, items: Lazy) -> Value:
    def apply(item: Lazy) -> Value:
        return call(force(key), item)

    pairs = [[Thunk(apply, item), item] for item in expect_list(items)]
    less = function2(lambda a, b: less_than(force(force(a)[0]), force(force(b)[0])))
    return [pair[1] for pair in _sorted(interp, less, pairs)]


def _sorted(interp: Interp, less: Value, pairs: list[Lazy]) -> list[list[Lazy]]:
    return [force(pair) for pair in expect_list(call2(builtin(interp, "sort"), less, pairs))]


@register.with_interp("naturalSort")
def natural_sort(interp: Interp, items: Lazy) -> Value:
    def vectorise(text: Lazy) -> list[Lazy]:
        """The text cut at its numbers, which are numbers then: texts and numbers by turns."""
        parts = _NUMBER.split(expect_string(text))
        return [to_int(interp, part) if index % 2 else part for index, part in enumerate(parts)]

    pairs = [[Thunk(vectorise, item), item] for item in expect_list(items)]
    less = function2(lambda a, b: _compare_vectors(force(a)[0], force(b)[0]) < 0)
    return [pair[1] for pair in _sorted(interp, less, pairs)]


def _compare_vectors(left: Lazy, right: Lazy) -> int:
    order: int = _compared(lambda x, y: compare_values(force(x), force(y)), left, right)
    return order


@register("compareLists")
def compare_lists(comparison: Lazy, left: Lazy, right: Lazy) -> Value:
    return _compared(lambda x, y: call2(force(comparison), x, y), left, right)


def _compared(comparison: Callable[[Lazy, Lazy], Value], left: Lazy, right: Lazy) -> Value:
    """Compare item by item; where one list is at its end, that is the smaller one."""
    xs, ys = expect_list(left), expect_list(right)
    for x, y in zip(xs, ys, strict=False):
        order = comparison(x, y)
        if not equal(order, 0):
            return order
    return compare_values(len(xs), len(ys))


@register("listDfs")
def list_dfs(stop_on_cycles: Lazy, before: Lazy, items: Lazy) -> Value:
    xs = expect_list(items)
    if not xs:
        raise NixError("'builtins.head' called on an empty list")
    return Attrs(_search(expect_bool(stop_on_cycles), before, xs))


def _search(stop_on_cycles: bool, before: Lazy, items: list[Lazy]) -> dict[str, Lazy]:
    """Go from the first item to one before it, until nothing is before that or it is a cycle."""

    def comes_before(item: Lazy, us: Lazy) -> bool:
        return expect_bool(call2(force(before), item, us))

    us, rest = items[0], items[1:]
    visited: list[Lazy] = []
    while True:
        state = {"visited": visited, "rest": rest}
        if stop_on_cycles:
            loops = [item for item in visited if comes_before(item, us)]
            if loops:
                return {"cycle": us, "loops": loops, **state}
        earlier: list[Lazy] = []
        later: list[Lazy] = []
        for item in rest:
            (earlier if comes_before(item, us) else later).append(item)
        if not earlier:
            return {"minimal": us, **state}
        us, visited, rest = earlier[0], [us, *visited], earlier[1:] + later


@register("toposort")
def toposort(before: Lazy, items: Lazy) -> Value:
    """`{ result }`, or `{ cycle, loops }` where there is no such order."""
    ordered: list[Lazy] = []
    left = expect_list(items)
    while len(left) >= 2:
        found = _search(True, before, left)
        if "cycle" in found:
            cycle = [found["cycle"], *found["visited"]]
            return Attrs({"cycle": cycle[::-1], "loops": found["loops"]})
        ordered.append(found["minimal"])
        left = found["visited"] + found["rest"]
    return Attrs({"result": ordered + left})
