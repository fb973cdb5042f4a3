"""lib.hm.gvariant: values of dconf.settings. Source: Home Manager modules/lib/gvariant.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Unknowable
from hmls.lang.force import (
    MISSING,
    delayed,
    expect_list,
    expect_string,
    force,
    get,
    select,
)
from hmls.lang.lib import gvariant as common
from hmls.lang.lib.gvariant import array_of, items_text, primitive, self_type, type_of_item
from hmls.lang.lib.support import attribute_is, concat, function, is_string, to_text
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

register("isGVariant")(common.is_gvariant)
register("mkBoolean")(common.mk_boolean)
register("mkString")(common.mk_string)
register("mkObjectpath")(common.mk_object_path)
register("mkInt32")(common.mk_int32)
register("mkDouble")(common.mk_double)
register("mkNothing")(common.mk_nothing)
for _name in ("Uchar", "Int16", "Uint16", "Uint32", "Int64", "Uint64"):
    register(f"mk{_name}")(common.annotated_constructor(common.CODES[_name.lower()]))


def constants(_interp: Interp) -> dict[str, Lazy]:
    """The members that are no functions."""
    return {
        "type": Attrs(
            {
                **common.CODES,
                "arrayOf": function(array_of),
                "maybeOf": function(common.maybe_of),
                "tupleOf": function(common.tuple_of),
                "dictionaryEntryOf": function(_dictionary_entry_of),
            }
        )
    }


def _dictionary_entry_of(kinds: Lazy) -> Value:
    return concat("{", *[force(kind) for kind in expect_list(kinds)], "}")


@register("isArray")
def is_array(code: Lazy) -> Value:
    return expect_string(code).startswith("a")


@register("isDictionaryEntry")
def is_dictionary_entry(code: Lazy) -> Value:
    return expect_string(code).startswith("{")


@register("isMaybe")
def is_maybe(code: Lazy) -> Value:
    return expect_string(code).startswith("m")


@register("isTuple")
def is_tuple(code: Lazy) -> Value:
    return expect_string(code).startswith("(")


def _known(lazy: Lazy) -> Value:
    value = force(lazy)
    if isinstance(value, Unknown) and value.kind in (None, "set", "list"):
        raise Unknowable(value)
    return value


@register("typeOf")
def type_of(lazy: Lazy) -> Value:
    """The GVariant type of a value, or the empty string."""
    value = _known(lazy)
    kind = type_name(value)
    codes = {"bool": "b", "int": "i", "float": "d", "string": "s"}
    if kind in codes:
        return codes[kind]
    if kind == "list":
        inner = _item_type(expect_list(value))
        return inner if inner == "" else concat("a", inner)
    found = get(value, "type") if isinstance(value, Attrs) else MISSING
    return "" if found is MISSING else found


def _item_type(items: list[Lazy]) -> Value:
    return type_of(items[0]) if items else ""


@register("mkValue")
def mk_value(lazy: Lazy) -> Value:
    """The typed value of a plain one, or null."""
    value = _known(lazy)
    if is_string(value):
        return common.mk_string(value)
    match type_name(value):
        case "bool":
            return common.mk_boolean(value)
        case "int":
            return common.mk_int32(value)
        case "float":
            return common.mk_double(value)
        case "list":
            items = expect_list(value)
            return mk_array(delayed(lambda: _item_type(items)) if items else "s", value)
    return value if attribute_is(value, "_type", "gvariant") else None


def _values(elements: Lazy) -> Thunk:
    return delayed(lambda: [Thunk(mk_value, item) for item in expect_list(elements)])


@register("mkArray")
def mk_array(kind: Lazy, elements: Lazy) -> Value:
    return primitive(
        Thunk(array_of, kind), _values(elements), lambda self: items_text(self, "[", "]")
    )


@register("mkEmptyArray")
def mk_empty_array(kind: Lazy) -> Value:
    return mk_array(kind, [])


@register("mkVariant")
def mk_variant(element: Lazy) -> Value:
    def to_string(self: Attrs) -> Value:
        return concat("@", self_type(self), " <", to_text(select(self, "value")), ">")

    return primitive("v", Thunk(mk_value, element), to_string)


@register("mkDictionaryEntry")
def mk_dictionary_entry(elements: Lazy) -> Value:
    items = _values(elements)
    kind = delayed(lambda: concat("{", *[type_of_item(item) for item in expect_list(items)], "}"))
    return primitive(kind, items, lambda self: items_text(self, "{", "}"))


@register("mkJust")
def mk_just(element: Lazy) -> Value:
    typed = Thunk(mk_value, element)
    return common.mk_maybe(Thunk(type_of_item, typed), typed)


@register("mkTuple")
def mk_tuple(elements: Lazy) -> Value:
    items = _values(elements)
    kind = delayed(lambda: concat("(", *[type_of_item(item) for item in expect_list(items)], ")"))
    return primitive(kind, items, lambda self: items_text(self, "(", ")"))
