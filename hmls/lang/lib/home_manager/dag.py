"""lib.hm.dag: entries ordered by what they come after and before.

Source: Home Manager modules/lib/dag.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.compare import equal
from hmls.lang.errors import Unknowable
from hmls.lang.force import (
    call2,
    expect_attrs,
    expect_list,
    force,
    has,
    names,
    select,
)
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Thunk, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


def constants(_interp: Interp) -> dict[str, Lazy]:
    return {"empty": Attrs()}


def is_entry(value: Value) -> bool:
    """Whether a value is an entry. Raises Unknowable."""
    if isinstance(value, Unknown):
        if value.kind in (None, "set"):
            raise Unknowable(value)
        return False
    return isinstance(value, Attrs) and all(has(value, n) for n in ("data", "after", "before"))


def entry(before: Lazy, after: Lazy, data: Lazy) -> Attrs:
    return Attrs({"data": data, "after": after, "before": before})


@register("isEntry")
def is_entry_(value: Lazy) -> Value:
    return is_entry(force(value))


@register("isDag")
def is_dag(value: Lazy) -> Value:
    found = force(value)
    if isinstance(found, Unknown):
        raise Unknowable(found)
    return isinstance(found, Attrs) and all(is_entry(force(found[name])) for name in names(found))


@register("entryBetween")
def entry_between(before: Lazy, after: Lazy, data: Lazy) -> Value:
    return entry(before, after, data)


@register("entryAnywhere")
def entry_anywhere(data: Lazy) -> Value:
    return entry([], [], data)


@register("entryAfter")
def entry_after(after: Lazy, data: Lazy) -> Value:
    return entry([], after, data)


@register("entryBefore")
def entry_before(before: Lazy, data: Lazy) -> Value:
    return entry(before, [], data)


@register("entriesBetween")
def entries_between(tag: Lazy, before: Lazy, after: Lazy, entries: Lazy) -> Value:
    """Entries that follow each other, named `tag-0`, `tag-1` and so on."""
    items = expect_list(entries)
    made: dict[str, Lazy] = {}
    for index, item in enumerate(items):
        name = f"{coerce.coerce_copying(tag)}-{index}"
        made[name] = entry(before if index == len(items) - 1 else [], after, item)
        after = [name]
    return Attrs(made)


@register("entriesAnywhere")
def entries_anywhere(tag: Lazy, entries: Lazy) -> Value:
    return entries_between(tag, [], [], entries)


@register("entriesAfter")
def entries_after(tag: Lazy, after: Lazy, entries: Lazy) -> Value:
    return entries_between(tag, [], after, entries)


@register("entriesBefore")
def entries_before(tag: Lazy, before: Lazy, entries: Lazy) -> Value:
    return entries_between(tag, before, [], entries)


@register("map")
def map_(change: Lazy, dag: Lazy) -> Value:
    attrs = expect_attrs(dag)

    def changed(name: str) -> Value:
        found = force(attrs[name])
        old = Thunk(_data_of, found)
        data = Thunk(lambda f: call2(force(f), name, old), change)
        return update(found, Attrs({"data": data}))

    items = {name: Thunk(changed, name) for name in attrs}
    if isinstance(attrs, OpenAttrs):
        return OpenAttrs(items, attrs.rest, absent=attrs.absent)
    return Attrs(items)


@register("topoSort")
def topo_sort(dag: Lazy) -> Value:
    """`{ result }`, the entries in order; or `{ cycle; loops; }`.

    The order is that of nixpkgs' `toposort`, a depth-first search.
    """
    attrs = expect_attrs(dag)
    rest = names(attrs)
    sorted_names: list[str] = []
    after: dict[str, list[Lazy]] = {}
    if len(rest) > 1:
        entries = {name: expect_attrs(attrs[name]) for name in rest}
        after = {name: _after(name, entries) for name in rest}
    while len(rest) > 1:
        minimal, visited, left, loops = _search(rest, after)
        if loops:
            cycle = {n: _sorted_entry(attrs, n, after) for n in [minimal, *visited][::-1]}
            return Attrs({"cycle": list(cycle.values()), "loops": [cycle[name] for name in loops]})
        sorted_names.append(minimal)
        rest = visited + left
    return Attrs({"result": [_sorted_entry(attrs, name, {}) for name in sorted_names + rest]})


def _after(name: str, entries: dict[str, Attrs]) -> list[Lazy]:
    """What an entry comes after: as it says, then those that say to come before it."""
    said = expect_list(select(entries[name], "after"))
    wanted: list[Lazy] = [
        other for other, found in entries.items() if _lists(select(found, "before"), name)
    ]
    return said + wanted


def _lists(items: Lazy, name: str) -> bool:
    return any(equal(force(item), name) for item in expect_list(items))


def _search(
    rest: list[str], after: dict[str, list[Lazy]]
) -> tuple[str, list[str], list[str], list[str]]:
    """An entry with nothing before it, those passed on the way, the others, and a loop found."""
    here, visited, left = rest[0], list[str](), rest[1:]
    while True:
        loops = [name for name in visited if _lists(after[here], name)]
        earlier = [name for name in left if _lists(after[here], name)]
        if loops or not earlier:
            return here, visited, left, loops
        others = [name for name in left if name not in earlier]
        visited = [here, *visited]
        here, left = earlier[0], earlier[1:] + others


def _sorted_entry(dag: Attrs, name: str, after: dict[str, list[Lazy]]) -> Attrs:
    made = Attrs({"name": name, "data": Thunk(_data_of, dag[name])})
    if name in after:
        made["after"] = after[name]
    return made


def _data_of(lazy: Lazy) -> Value:
    return select(expect_attrs(lazy), "data")
