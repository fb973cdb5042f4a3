"""Types that Nix code made itself, with mkOptionType or by changing one of nixpkgs'."""

from __future__ import annotations

from hmls.lang.errors import NixError, Unknowable
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
    select,
)
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Primop, Unknown, Value, type_phrase
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.types.base import OptionType, refuse_maybe


class TypeAttrs(Attrs):
    """One of nixpkgs' types as Nix code sees it; `native` is what it really is."""

    __slots__ = ("native",)
    native: OptionType


class NativeMerge(Attrs):
    """The `merge` of a type that checks while it merges, which is a set."""

    __slots__ = ("native",)
    native: OptionType


def as_type(value: Value) -> OptionType:
    """The type that a value of Nix is."""
    if isinstance(value, TypeAttrs):
        return value.native
    if isinstance(value, Unknown):
        return UnknownType(value)
    if isinstance(value, OpenAttrs) and "merge" not in value:
        return UnknownType(value.rest)
    if not isinstance(value, Attrs):
        raise NixError(f"expected an option type but found {type_phrase(value)}")
    return ForeignType(value)


def native_behind(function: Value) -> OptionType | None:
    """The type of nixpkgs whose `check` or `merge` this is."""
    if isinstance(function, NativeMerge):
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


class ForeignType(OptionType):
    """A type given by a set with `check`, `merge` and so on."""

    def __init__(self, attrs: Attrs) -> None:
        self.attrs = attrs
        merge = get(attrs, "merge")
        self.inherited = native_behind(merge)
        """The native type whose merge this one still uses."""
        self.merge_function = merge
        self.has_v2_merge = isinstance(merge, Attrs) and "v2" in merge

    @property
    def name(self) -> str:  # type: ignore[override]
        found = get(self.attrs, "name")
        return found if isinstance(found, str) else "unspecified"

    @property
    def description(self) -> str:
        found = get(self.attrs, "description")
        return found if isinstance(found, str) else self.name

    @property
    def description_class(self) -> str | None:  # type: ignore[override]
        found = get(self.attrs, "descriptionClass")
        return found if isinstance(found, str) else None

    @property
    def empty_value(self) -> Lazy:
        empty = get(self.attrs, "emptyValue")
        return get_lazy(empty, "value") if isinstance(empty, Attrs) else MISSING

    @property
    def sub_modules(self) -> list[Lazy] | None:
        found = get(self.attrs, "getSubModules")
        return None if found is MISSING or found is None else expect_list(found)

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType:
        return as_type(call(select(self.attrs, "substSubModules"), modules))

    @property
    def nested(self) -> dict[str, OptionType]:
        found = get(self.attrs, "nestedTypes")
        if not isinstance(found, Attrs):
            return {}
        return {name: as_type(force(lazy)) for name, lazy in found.items()}

    def sub_options(self, prefix: Loc) -> Lazy:
        function = get(self.attrs, "getSubOptions")
        return Attrs() if function is MISSING else call(function, list(prefix))

    def merged_with(self, other: OptionType) -> OptionType | None:
        from hmls.modules.types.nix_view import nix_view

        merge = get(self.attrs, "typeMerge")
        if merge is MISSING:
            return None
        result = call(merge, select(nix_view(other), "functor"))
        return None if result is None else as_type(result)

    def accepts(self, value: Value) -> bool:
        check = select(self.attrs, "check")
        native = native_behind(check)
        if native is not None:
            return native.accepts(value)
        return expect_bool(call(check, value))

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        if self.inherited is not None:
            if self.has_v2_merge:
                self._refuse_incoherent(loc)
            return self.inherited.merge(loc, definitions)
        refuse_maybe(definitions)
        given = [nix_definition(definition) for definition in definitions]
        if not self.has_v2_merge:
            return Merged(call2(self.merge_function, list(loc), given))
        v2 = select(expect_attrs(self.merge_function), "v2")
        made = expect_attrs(call(v2, Attrs({"loc": list(loc), "defs": given})))
        head_error = select(made, "headError")
        error = None
        if head_error is not None:
            error = expect_string(select(expect_attrs(head_error), "message"))
        return Merged(made["value"], error=error, meta=made.get("valueMeta"))

    def _refuse_incoherent(self, loc: Loc) -> None:
        """checkV2MergeCoherence: a changed `check` does not work with such a merge."""
        from hmls.modules.messages import show_option

        check = select(self.attrs, "check")
        if native_behind(check) is not None:
            return
        if isinstance(check, Attrs) and get(check, "isV2MergeCoherent") is True:
            return
        raise NixError(
            f"The option `{show_option(loc)}' has a type `{self.description}' that uses\n"
            "an ad-hoc `type // { check = ...; }' override, which is incompatible with\n"
            "the v2 merge mechanism.\n"
        )


def nix_definition(definition: Definition) -> Attrs:
    """A definition as merge functions written in Nix take it."""
    return Attrs({"file": definition.file, "value": definition.value})


def from_nix_definition(lazy: Lazy) -> Definition:
    attrs = expect_attrs(lazy)
    return Definition(expect_string(select(attrs, "file")), attrs["value"])
