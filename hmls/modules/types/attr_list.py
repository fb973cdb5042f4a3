"""types.attrListWith: sets of one key in an order, from lists or sets.

Source: nixpkgs lib/types.nix.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hmls.lang.builtins.sorting import peeksort
from hmls.lang.compare import equal, less_than
from hmls.lang.errors import Thrown
from hmls.lang.force import call2, expect_list, force, names, select
from hmls.lang.values import Attrs, Lazy, OpenList, Thunk, Unknown, Value, type_name
from hmls.modules.definitions import Definition, Loc, property_kind
from hmls.modules.merged import Merged
from hmls.modules.messages import show_definitions, show_option
from hmls.modules.properties import DEFAULT_ORDER, DEFAULT_PRIORITY, order, override
from hmls.modules.resolved import Resolved
from hmls.modules.types.base import OptionType, phrase, refuse_maybe
from hmls.modules.types.containers import Container, meta_of
from hmls.modules.types.scalars import is_list, is_set


class AttrListOf(Container):
    """types.attrListWith."""

    name = "attrListOf"
    has_v2_merge = True

    def __init__(
        self, element: OptionType | Thunk, *, as_attrs: bool = False, merge_values: Lazy = None
    ) -> None:
        super().__init__(element)
        self.as_attrs = as_attrs
        self.merge_values = merge_values

    @property
    def description(self) -> str:
        return f"attribute list of {phrase(self.element, 'noun', 'composite')}"

    def around(self, element: OptionType) -> OptionType:
        return AttrListOf(element, as_attrs=self.as_attrs, merge_values=self.merge_values)

    @property
    def payload(self) -> Value:
        return None

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return None

    @property
    def empty_value(self) -> Lazy:
        return Attrs() if self.as_attrs else []

    def accepts(self, value: Value) -> bool:
        return is_list(value) or is_set(value)

    def verdict(self, value: Value) -> bool | None:
        return None if isinstance(value, Attrs | list | OpenList | Unknown) else False

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.element.sub_options((*prefix, "*"))

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        refuse_maybe(definitions)
        items = Thunk(_items, (self, loc, definitions))
        return Merged(
            Thunk(_value, (self, items)),
            error=self.error_of(definitions),
            meta=Thunk(_meta, items),
        )


class _Item(NamedTuple):
    definition: Definition
    key: str
    order: Lazy
    priority: Lazy


class _Merged(NamedTuple):
    item: _Item
    resolved: Resolved

    @property
    def pair(self) -> Attrs:
        return Attrs({self.item.key: self.resolved.value})


def _items(given: tuple[AttrListOf, Loc, list[Definition]]) -> list[_Merged]:
    option_type, loc, definitions = given
    items: list[_Item] = []
    for definition in definitions:
        value = force(definition.value)
        if is_list(value):
            items.extend(
                _from_list(option_type, loc, definition, lazy) for lazy in expect_list(value)
            )
        else:
            items.extend(_peeled(definition, key, value[key]) for key in names(value))
    strongest: dict[str, Any] = {}
    for item in items:
        priority = force(item.priority)
        if less_than(priority, strongest.get(item.key, DEFAULT_PRIORITY)):
            strongest[item.key] = priority
    kept = [
        item
        for item in items
        if equal(force(item.priority), strongest.get(item.key, DEFAULT_PRIORITY))
    ]
    merged = [
        _Merged(item, Resolved((*loc, item.key), option_type.element, [item.definition]))
        for item in peeksort(kept, lambda a, b: less_than(force(a.order), force(b.order)))
    ]
    return [found for found in merged if found.resolved.is_defined]


def _value(given: tuple[AttrListOf, Thunk]) -> Value:
    option_type, items = given
    found: list[_Merged] = force(items)
    if not option_type.as_attrs:
        return [merged.pair for merged in found]
    grouped: dict[str, list[Lazy]] = {}
    for merged in found:
        grouped.setdefault(merged.item.key, []).append(merged.resolved.value)
    if option_type.merge_values is None:
        return Attrs(grouped)
    merge = option_type.merge_values
    return Attrs({key: Thunk(_called, (merge, key, grouped[key])) for key in grouped})


def _called(given: tuple[Lazy, str, list[Lazy]]) -> Value:
    function, key, values = given
    return call2(force(function), key, values)


def _meta(items: Thunk) -> Value:
    found: list[_Merged] = force(items)
    return Attrs(
        {
            "attrList": [Thunk(meta_of, merged.resolved) for merged in found],
            "attrListValue": [merged.pair for merged in found],
            "definitions": [
                Attrs(
                    {
                        "_type": "definition",
                        "file": merged.item.definition.file,
                        "value": order(merged.item.order, merged.pair),
                    }
                )
                for merged in found
            ],
        }
    )


def _from_list(option_type: AttrListOf, loc: Loc, definition: Definition, lazy: Lazy) -> _Item:
    raw = force(lazy)
    ordered = property_kind(raw) == "order"
    item = select(raw, "content") if ordered else raw
    if not isinstance(item, Attrs) or len(names(item)) != 1:
        why = (
            f"Each list element must be a single-key attribute set, but got {len(item)} keys"
            if isinstance(item, Attrs)
            else f"Each list element must be an attribute set, but got {type_name(item)}"
        )
        raise Thrown(
            f"A definition for option `{show_option(loc)}' is not of type "
            f"`{option_type.description}'. {why}.{show_definitions([definition.of(raw)])}"
        )
    key = names(item)[0]
    peeled = _peeled(definition, key, item[key])
    return peeled._replace(order=select(raw, "priority")) if ordered else peeled


def _peeled(definition: Definition, key: str, lazy: Lazy) -> _Item:
    """Take off mkOrder, note mkOverride, which stays on for the merge of the element.

    As in Nix nothing is looked at behind the outermost mkOverride or mkOrder for its number.
    """
    return _Item(
        definition.of(Thunk(_without_orders, lazy)),
        key,
        Thunk(_outermost, (lazy, "order", DEFAULT_ORDER)),
        Thunk(_outermost, (lazy, "override", DEFAULT_PRIORITY)),
    )


def _outermost(given: tuple[Lazy, str, int]) -> Value:
    lazy, wanted, default = given
    value = force(lazy)
    while (kind := property_kind(value)) in ("order", "override"):
        if kind == wanted:
            return select(value, "priority")
        value = select(value, "content")
    return default


def _without_orders(lazy: Lazy) -> Value:
    value = force(lazy)
    while property_kind(value) == "order":
        value = select(value, "content")
    if property_kind(value) != "override":
        return value
    inner = Thunk(_without_orders, Thunk(_content, value))
    return override(select(value, "priority"), inner)


def _content(value: Value) -> Value:
    return select(value, "content")
