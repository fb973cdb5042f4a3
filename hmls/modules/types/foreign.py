"""Types that Nix code made itself, with mkOptionType or by changing one of nixpkgs'."""

from __future__ import annotations

from hmls.lang import coerce
from hmls.lang.compare import equal
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    call2,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    has,
    select,
    wrong_type,
)
from hmls.lang.lib.support import arguments, pattern
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Primop, Thunk, Unknown, Value
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import show_option
from hmls.modules.types.base import OptionType, refuse_maybe, types_merged


class TypeAttrs(Attrs):
    """One of nixpkgs' types as Nix code sees it, or a part of that; `native` is the type."""

    __slots__ = ("native",)
    native: OptionType


class NativePart(TypeAttrs):
    """The `check` or `merge` of a type where that is a set."""

    __slots__ = ()


class Functor(TypeAttrs):
    """The `functor` of a type."""

    __slots__ = ()


def as_type(value: Value) -> OptionType:
    """The type that a value of Nix is. Raises NixError for what is no set."""
    if value.__class__ is TypeAttrs:
        return value.native
    if isinstance(value, Unknown):
        return UnknownType(value)
    if isinstance(value, OpenAttrs) and "merge" not in value:
        return UnknownType(value.rest)
    if not isinstance(value, Attrs):
        return wrong_type("a set", value)
    return ForeignType(value)


def native_behind(function: Value) -> OptionType | None:
    """The type of nixpkgs whose `check` or `merge` this is."""
    if isinstance(function, NativePart):
        return function.native
    if isinstance(function, Primop) and isinstance(function.tag, OptionType):
        return function.tag
    return None


class UnknownType(OptionType):
    """A type that is not known: nothing can be said of values of it."""

    name = "unknown"

    def __init__(self, unknown: Unknown) -> None:
        self.unknown = unknown

    @property
    def description(self) -> str:
        return self.unknown.text

    def accepts(self, _value: Value) -> bool:
        raise Unknowable(self.unknown)

    def merge(self, _loc: Loc, _definitions: list[Definition]) -> Merged:
        raise Unknowable(self.unknown)

    def merge_nothing(self, _loc: Loc) -> Merged:
        return Merged(self.unknown)

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return self


_CHECKED_AND_MERGED = pattern("headError", "value", "valueMeta")


class ForeignType(OptionType):
    """A type given by a set with `check`, `merge` and so on."""

    def __init__(self, attrs: Attrs) -> None:
        self.attrs = attrs

    @property
    def has_v2_merge(self) -> bool:  # type: ignore[override]
        merge = select(self.attrs, "merge")
        return isinstance(merge, Attrs) and has(merge, "v2")

    @property
    def name(self) -> str:  # type: ignore[override]
        return expect_string(select(self.attrs, "name"))

    @property
    def description(self) -> str:
        return expect_string(select(self.attrs, "description"))

    @property
    def description_class(self) -> str | None:  # type: ignore[override]
        found = get(self.attrs, "descriptionClass")
        return found if isinstance(found, str) else None

    @property
    def deprecation_message(self) -> str | None:  # type: ignore[override]
        found = select(self.attrs, "deprecationMessage")
        return found if isinstance(found, str) else None

    @property
    def empty_value(self) -> Lazy:
        empty = get(self.attrs, "emptyValue")
        return get_lazy(empty, "value") if isinstance(empty, Attrs) else MISSING

    @property
    def sub_modules(self) -> list[Lazy] | None:
        found = get(self.attrs, "getSubModules")
        return None if found is MISSING or found is None else expect_list(found)

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
        found = call(select(self.attrs, "substSubModules"), modules)
        return None if found is None else as_type(found)

    @property
    def nested(self) -> dict[str, OptionType]:
        found = get(self.attrs, "nestedTypes")
        if not isinstance(found, Attrs):
            return {}
        return {name: as_type(force(lazy)) for name, lazy in found.items()}

    def sub_options(self, prefix: Loc) -> Lazy:
        return call(select(self.attrs, "getSubOptions"), list(prefix))

    def merged_with(self, other: OptionType) -> OptionType | None:
        return foreign_merge(self, other)

    def accepts(self, value: Value) -> bool:
        check = select(self.attrs, "check")
        native = native_behind(check)
        if native is not None:
            return native.accepts(value)
        return expect_bool(call(check, value))

    def refuse_incoherent(self, loc: Loc, hint: str = "") -> None:
        if not self.has_v2_merge:
            return
        check = select(self.attrs, "check")
        if isinstance(check, Attrs):
            coherent = get(check, "isV2MergeCoherent")
            if coherent is not MISSING and expect_bool(coherent):
                return
        raise Thrown(_INCOHERENT.format(show_option(loc), self.description) + hint)

    def checked_merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        self.refuse_incoherent(loc, _HINT)
        return super().checked_merge(loc, definitions)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        merge = select(self.attrs, "merge")
        native = native_behind(merge)
        if native is not None:
            return native.merge(loc, definitions)
        refuse_maybe(definitions)
        given = [definition.shown() for definition in definitions]
        if not self.has_v2_merge:
            return Merged(call2(merge, list(loc), given))
        v2 = select(expect_attrs(merge), "v2")
        result = call(v2, Attrs({"loc": list(loc), "defs": given}))
        made = arguments("anonymous lambda", _CHECKED_AND_MERGED, result)
        wrong = select(made, "headError")
        error = None if wrong is None else Thunk(_message, wrong)
        return Merged(made["value"], error=error, meta=made["valueMeta"])


def _message(head_error: Value) -> Value:
    return expect_string(select(expect_attrs(head_error), "message"))


_INCOHERENT = """\
The option `{}' has a type `{}' that uses
an ad-hoc `type // {{ check = ...; }}' override, which is incompatible with
the v2 merge mechanism.

Please use `lib.types.addCheck` instead of `type // {{ check }}' to add
custom validation. For example:

  lib.types.addCheck baseType (value: /* your check */)

instead of:

  baseType // {{ check = value: /* your check */; }}
"""
_HINT = """
Alternatively, this message may also occur as false positive when mixing Nixpkgs
versions, if one Nixpkgs is between 83fed2e6..58696117 (Aug 28 - Oct 28 2025)
"""


def foreign_merge(left: OptionType, right: OptionType) -> OptionType | None:
    """`left.typeMerge right.functor`, of which at least one was made by Nix code."""
    from hmls.modules.types.nix_view import nix_view

    merged = call(select(nix_view(left), "typeMerge"), select(nix_view(right), "functor"))
    return None if merged is None else as_type(merged)


def functors_merged(left: Attrs, right: Attrs) -> Value:
    """lib.defaultTypeMerge: the type that both functors make, or null."""
    if isinstance(left, Functor) and isinstance(right, Functor):
        from hmls.modules.types.nix_view import nix_view

        both = types_merged(left.native, right.native)
        return None if both is None else nix_view(both)
    if not equal(select(left, "name"), select(right, "name")):
        return None
    payload, other = select(left, "payload"), select(right, "payload")
    if (payload is None) != (other is None):
        raise Thrown("assertion '((f'.payload != null) == (f.payload != null))' failed")
    if payload is None:
        return select(left, "type")
    merged = call2(select(left, "binOp"), payload, other)
    return None if merged is None else call(select(left, "type"), merged)


def from_nix_definition(lazy: Lazy) -> Definition:
    """A definition as Nix code gives it; its file is only needed in messages."""
    attrs = expect_attrs(lazy)
    file = get(attrs, "file")
    value = get_lazy(attrs, "value")
    if value is MISSING:
        select(attrs, "value")
    named = "" if file is MISSING else coerce.to_string(file)
    order = get(attrs, "priority")
    made = attrs if "_type" in attrs else None
    return Definition(named, value, made=made, order=None if order is MISSING else order)
