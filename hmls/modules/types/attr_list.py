"""How types.attrListWith orders and filters its items. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hmls.lang.errors import NixError
from hmls.lang.force import call2, delayed, expect_attrs, expect_list, force, names, select
from hmls.lang.values import Attrs, Lazy, Value, type_name
from hmls.modules.definitions import (
    DEFAULT_ORDER,
    DEFAULT_PRIORITY,
    Definition,
    Loc,
    Resolved,
    type_of,
)
from hmls.modules.messages import show_definitions, show_option
from hmls.modules.types.base import refuse_maybe

if TYPE_CHECKING:
    from hmls.modules.types.containers import AttrListOf


@dataclass(frozen=True, slots=True)
class _Item:
    definition: Definition
    key: str
    order: int
    priority: int


def merge_items(option_type: AttrListOf, loc: Loc, definitions: list[Definition]) -> Value:
    refuse_maybe(definitions)
    items: list[_Item] = []
    for definition in definitions:
        value = force(definition.value)
        if isinstance(value, Attrs):
            items.extend(_peeled(definition, key, value[key]) for key in names(value))
        else:
            items.extend(
                _from_list(option_type, loc, definition, lazy) for lazy in expect_list(value)
            )
    strongest: dict[str, int] = {}
    for item in items:
        before = strongest.get(item.key, DEFAULT_PRIORITY)
        strongest[item.key] = min(before, item.priority)
    kept = sorted(
        (item for item in items if item.priority == strongest[item.key]),
        key=lambda item: item.order,
    )
    resolved = [
        (item.key, Resolved((*loc, item.key), option_type.element, [item.definition]))
        for item in kept
    ]
    pairs = [Attrs({key: found.value}) for key, found in resolved if found.is_defined]
    if not option_type.as_attrs:
        return pairs
    grouped: dict[str, list[Lazy]] = {}
    for pair in pairs:
        for key, lazy in pair.items():
            grouped.setdefault(key, []).append(lazy)
    merge = option_type.merge_values
    if merge is None:
        return Attrs(grouped)
    return Attrs(
        {key: delayed(lambda key=key: call2(merge, key, grouped[key])) for key in grouped}  # type: ignore[misc]
    )


def _from_list(option_type: AttrListOf, loc: Loc, definition: Definition, lazy: Lazy) -> _Item:
    raw = force(lazy)
    ordered = type_of(raw) == "order"
    item = force(raw["content"]) if ordered else raw
    if not isinstance(item, Attrs) or len(names(item)) != 1:
        why = (
            f"Each list element must be a single-key attribute set, but got {len(item)} keys"
            if isinstance(item, Attrs)
            else f"Each list element must be an attribute set, but got {type_name(item)}"
        )
        shown = show_definitions([Definition(definition.file, raw)])
        raise NixError(
            f"A definition for option `{show_option(loc)}' is not of type "
            f"`{option_type.description}'. {why}.{shown}"
        )
    key = names(item)[0]
    peeled = _peeled(definition, key, expect_attrs(item)[key])
    if not ordered:
        return peeled
    return _Item(peeled.definition, key, select(raw, "priority"), peeled.priority)


def _peeled(definition: Definition, key: str, lazy: Lazy) -> _Item:
    """Take off mkOrder, note mkOverride, which stays on for the merge of the element."""
    order, priority = DEFAULT_ORDER, DEFAULT_PRIORITY
    wrapped: list[int] = []
    value = force(lazy)
    while (kind := type_of(value)) in ("order", "override"):
        number = select(value, "priority")
        if kind == "order":
            order = number if order == DEFAULT_ORDER else order
        else:
            priority = number if not wrapped else priority
            wrapped.append(number)
        value = force(value["content"])
    for number in reversed(wrapped):
        value = Attrs({"_type": "override", "priority": number, "content": value})
    return _Item(Definition(definition.file, value, definition.site), key, order, priority)
