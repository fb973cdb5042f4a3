"""lib.gvariant: values of GSettings, which print themselves in GVariant's text format.

Source: nixpkgs lib/gvariant.nix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import delayed, expect_attrs, expect_bool, expect_list, force, select
from hmls.lang.lib.support import (
    attribute_is,
    concat,
    expect_text,
    function,
    is_string,
    join,
    map_known,
    part,
    to_text,
)
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()
ToText = Callable[[Attrs], Value]

_ESCAPES = {"'": "\\'", "\\": "\\\\", "\n": "\\n"}
CODES = {
    "string": "s",
    "boolean": "b",
    "uchar": "y",
    "int16": "n",
    "uint16": "q",
    "int32": "i",
    "uint32": "u",
    "int64": "x",
    "uint64": "t",
    "double": "d",
    "variant": "v",
}
_CONSTRUCTORS: tuple[tuple[str, str, int | None, int | None], ...] = (
    ("mkInt32", "i", -(2**31), 2**31 - 1),
    ("mkUint32", "u", 0, 2**32 - 1),
    ("mkInt64", "x", None, None),
    ("mkUint64", "t", 0, None),
    ("mkInt16", "n", -(2**15), 2**15 - 1),
    ("mkUint16", "q", 0, 2**16 - 1),
    ("mkUchar", "y", 0, 255),
)


def constants(_interp: Interp) -> dict[str, Lazy]:
    """The members that are no functions."""
    return {
        "type": Attrs(
            {
                **CODES,
                "arrayOf": function(array_of),
                "maybeOf": function(maybe_of),
                "tupleOf": function(tuple_of),
                "dictionaryEntryOf": function(
                    lambda name: function(lambda value: concat("{", force(name), force(value), "}"))
                ),
            }
        ),
        "intConstructors": [
            Attrs({"name": name, "type": code, "min": least, "max": most})
            for name, code, least, most in _CONSTRUCTORS
        ],
    }


def primitive(kind: Lazy, value: Lazy, to_string: ToText | None = None) -> Attrs:
    """A typed value that becomes a string by `to_string`, by default `@type value`."""
    print_ = to_string or annotated
    return Attrs(
        {
            "_type": "gvariant",
            "type": kind,
            "value": value,
            "__toString": function(lambda self: print_(expect_attrs(self))),
        }
    )


def annotated(self: Attrs) -> Value:
    return concat("@", self_type(self), " ", to_text(select(self, "value")))


def bare(self: Attrs) -> Value:
    return to_text(select(self, "value"))


def array_of(kind: Lazy) -> Value:
    return concat("a", force(kind))


def maybe_of(kind: Lazy) -> Value:
    return concat("m", force(kind))


def tuple_of(kinds: Lazy) -> Value:
    return concat("(", *[force(kind) for kind in expect_list(kinds)], ")")


def self_type(self: Attrs) -> Value:
    return part(lambda: select(self, "type"))


def items_text(self: Attrs, opening: str, closing: str) -> Value:
    """`@type (a,b)` of a container's items."""
    head = concat("@", self_type(self), " ", opening)
    value = select(self, "value")
    items = part(lambda: join(",", [to_text(item) for item in expect_list(value)]))
    return concat(head, items, closing)


def type_of_item(item: Lazy) -> Value:
    return select(expect_attrs(item), "type")


@register("isGVariant")
def is_gvariant(value: Lazy) -> Value:
    return attribute_is(force(value), "_type", "gvariant")


@register("mkValue")
def mk_value(lazy: Lazy) -> Value:
    """The typed value of a plain one; integers could be of many types."""
    value = force(lazy)
    if value is True or value is False:
        return mk_boolean(value)
    if value.__class__ is float:
        return mk_double(value)
    if is_string(value):
        return mk_string(value)
    kind = type_name(value)
    if kind == "list":
        return mk_array(value)
    if attribute_is(value, "_type", "gvariant"):
        return value
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if kind == "int":
        raise Thrown(_unclear(value))
    if kind == "set":
        raise Thrown(
            "Cannot construct GVariant value from an attribute set. If you want to construct a "
            "dictionary, you will need to create an array containing items constructed with "
            "`lib.gvariant.mkDictionaryEntry`."
        )
    raise Thrown(f"The GVariant type of “{kind}” can't be inferred.")


def _unclear(number: int) -> str:
    fitting = [
        f"- `lib.gvariant.{name}` for `{code}`"
        for name, code, least, most in _CONSTRUCTORS
        if (least is None or least <= number) and (most is None or number <= most)
    ]
    return (
        f"The GVariant type for number “{number}” is unclear.\n"
        "Please wrap the value with one of the following, depending on the value type in "
        "GSettings schema:\n\n" + "\n".join(fitting) + "\n"
    )


@register("mkArray")
def mk_array(elements: Lazy) -> Value:
    items = delayed(lambda: _array_items(elements))
    kind = delayed(lambda: array_of(_common_type(expect_list(items))))
    return primitive(kind, items, lambda self: items_text(self, "[", "]"))


def _array_items(elements: Lazy) -> Value:
    values = expect_list(elements)
    if not values:
        raise Thrown("Please create empty array with mkEmptyArray.")
    return [Thunk(mk_value, value) for value in values]


def _common_type(items: list[Lazy]) -> Value:
    first = type_of_item(items[0])
    for item in items:
        kind = type_of_item(item)
        if isinstance(kind, Unknown):
            raise Unknowable(kind)
        if kind != first:
            raise Thrown("Elements in a list should have same type.")
    return first


@register("mkEmptyArray")
def mk_empty_array(kind: Lazy) -> Value:
    return primitive(Thunk(array_of, kind), [], lambda self: concat("@", self_type(self), " []"))


@register("mkVariant")
def mk_variant(element: Lazy) -> Value:
    return primitive(
        "v",
        Thunk(mk_value, element),
        lambda self: concat("<", to_text(select(self, "value")), ">"),
    )


@register("mkDictionaryEntry")
def mk_dictionary_entry(name: Lazy, value: Lazy) -> Value:
    typed_name, typed_value = Thunk(mk_value, name), Thunk(mk_value, value)

    def to_string(self: Attrs) -> Value:
        inner = concat("{", to_text(typed_name), ",", to_text(typed_value), "}")
        return concat("@", self_type(self), " ", inner)

    kind = delayed(lambda: concat("{", type_of_item(typed_name), type_of_item(typed_value), "}"))
    return primitive(kind, Attrs({"name": name, "value": value}), to_string)


@register("mkMaybe")
def mk_maybe(kind: Lazy, element: Lazy) -> Value:
    def to_string(self: Attrs) -> Value:
        value = select(self, "value")
        if value is None:
            return concat("@", self_type(self), " nothing")
        return concat("just ", to_text(value))

    return primitive(Thunk(maybe_of, kind), element, to_string)


@register("mkNothing")
def mk_nothing(kind: Lazy) -> Value:
    return mk_maybe(kind, None)


@register("mkJust")
def mk_just(element: Lazy) -> Value:
    typed = Thunk(mk_value, element)
    return mk_maybe(Thunk(type_of_item, typed), typed)


@register("mkTuple")
def mk_tuple(elements: Lazy) -> Value:
    items = delayed(lambda: [Thunk(mk_value, value) for value in expect_list(elements)])
    kind = delayed(
        lambda: concat("(", join("", [type_of_item(item) for item in expect_list(items)]), ")")
    )
    return primitive(kind, items, lambda self: items_text(self, "(", ")"))


@register("mkBoolean")
def mk_boolean(value: Lazy) -> Value:
    def to_string(self: Attrs) -> Value:
        return "true" if expect_bool(select(self, "value")) else "false"

    return primitive("b", value, to_string)


@register("mkString")
def mk_string(value: Lazy) -> Value:
    def to_string(self: Attrs) -> Value:
        return concat("'", map_known(expect_text(select(self, "value")), _escape_string), "'")

    return primitive("s", value, to_string)


def _escape_string(string: str) -> str:
    return "".join([_ESCAPES.get(char, char) for char in string])


@register("mkObjectpath")
def mk_object_path(value: Lazy) -> Value:
    def to_string(self: Attrs) -> Value:
        path = expect_text(select(self, "value"))
        return concat("objectpath '", map_known(path, lambda s: s.replace("'", "\\'")), "'")

    return primitive("s", value, to_string)


@register("mkInt32")
def mk_int32(value: Lazy) -> Value:
    return primitive("i", value, bare)


@register("mkDouble")
def mk_double(value: Lazy) -> Value:
    return primitive("d", value, bare)


def annotated_constructor(code: str) -> Callable[[Lazy], Value]:
    def construct(value: Lazy) -> Value:
        return primitive(code, value)

    return construct


for _name in ("Uchar", "Int16", "Uint16", "Uint32", "Int64", "Uint64"):
    register(f"mk{_name}")(annotated_constructor(CODES[_name.lower()]))
