"""Types whose values are merged as a whole. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang import coerce
from hmls.lang.combine import concat, update
from hmls.lang.compare import equal
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import MISSING, call, delayed, expect_attrs, force, get, is_function, select
from hmls.lang.values import Attrs, ContextString, Lazy, Path, Primop, Unknown, Value, type_name
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import show_definitions, show_option
from hmls.modules.types.base import (
    OptionType,
    merge_equal,
    merge_one,
    refuse_maybe,
    refuse_unknown,
)

Merge = Callable[[Loc, list[Definition]], Lazy]
Check = Callable[[Value], bool]


class Scalar(OptionType):
    """A type given by a check and a merge function.

    `simple` are the Python types whose values are of the type and stay as they are when
    there is one definition; if `only` is true no others are of the type.
    """

    def __init__(
        self,
        name: str,
        description: str,
        check: Check,
        merge: Merge = merge_equal,
        *,
        description_class: str | None = "noun",
        empty: Lazy = MISSING,
        simple: frozenset[type] = frozenset(),
        only: bool = False,
    ) -> None:
        self.name = name
        self._description = description
        self.description_class = description_class
        self.check = check
        self._merge = merge
        self._empty = empty
        self._simple = simple
        self._only = only

    @property
    def description(self) -> str:
        return self._description

    @property
    def empty_value(self) -> Lazy:
        return self._empty

    def accepts(self, value: Value) -> bool:
        return self.check(value)

    def verdict(self, value: Value) -> bool | None:
        if value.__class__ in self._simple:
            return True
        return False if self._only and not isinstance(value, Unknown) else None

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return Merged(self._merge(loc, definitions))

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return self


def _any(_value: Value) -> bool:
    return True


def kind_is(kind: str) -> Check:
    """A check for the type that `builtins.typeOf` tells."""

    def check(value: Value) -> bool:
        if isinstance(value, Unknown) and value.kind is None:
            raise Unknowable(value)
        return type_name(value) == kind

    return check


is_bool = kind_is("bool")
is_int = kind_is("int")
is_float = kind_is("float")
is_string = kind_is("string")
is_set = kind_is("set")
is_list = kind_is("list")


def _merge_or(_loc: Loc, definitions: list[Definition]) -> Lazy:
    refuse_maybe(definitions)
    unknown: Unknown | None = None
    for definition in definitions:
        value = force(definition.value)
        if value is True:
            return True
        if isinstance(value, Unknown):
            unknown = value
    if unknown is not None:
        raise Unknowable(unknown)
    return False


def _merge_attrs(_loc: Loc, definitions: list[Definition]) -> Lazy:
    """types.attrs: the last one wins at the top, nothing is merged below."""
    refuse_maybe(definitions)
    merged: Value = Attrs()
    for definition in definitions:
        merged = update(merged, force(definition.value))
    return merged


def is_string_like(value: Value) -> bool:
    """lib.isStringLike: a string, a path, or a set that is made a string."""
    if isinstance(value, str | Path):
        return True
    if isinstance(value, Attrs):
        if "outPath" in value or "__toString" in value:
            return True
        for name in ("outPath", "__toString"):
            found = get(value, name)
            if isinstance(found, Unknown):
                raise Unknowable(found)
        return False
    if isinstance(value, Unknown):
        if value.kind in (None, "set"):
            raise Unknowable(value)
        return value.kind in ("string", "path")
    return False


def has_type(value: Value, wanted: str) -> bool:
    """lib.isType."""
    refuse_unknown(value)
    if not isinstance(value, Attrs):
        return False
    found = get(value, "_type")
    refuse_unknown(found)
    return isinstance(found, str) and found == wanted


def _is_option_declaration(value: Value) -> bool:
    return has_type(value, "option") and "value" not in value


def is_path_like(value: Value) -> bool:
    """What types.path accepts: an absolute path, as path, string or set."""
    return is_string_like(value) and coerce.to_string(value).startswith("/")


RAW = Scalar("raw", "raw value", _any, merge_one)
BOOL = Scalar("bool", "boolean", is_bool, simple=frozenset((bool,)), only=True)
BOOL_BY_OR = Scalar("boolByOr", "boolean (merged using or)", is_bool, _merge_or)
INT = Scalar("int", "signed integer", is_int, simple=frozenset((int,)), only=True)
FLOAT = Scalar("float", "floating point number", is_float, simple=frozenset((float,)), only=True)
STR = Scalar("str", "string", is_string, simple=frozenset((str, ContextString)), only=True)
ATTRS = Scalar(
    "attrs", "attribute set", is_set, _merge_attrs, description_class=None, empty=Attrs()
)
LUA_INLINE = Scalar("luaInline", "inline lua", lambda value: has_type(value, "lua-inline"))


class Unspecified(OptionType):
    """Any value, merged by what the definitions happen to be: lib.mergeDefaultOption."""

    description_class = "noun"

    def __init__(self, name: str, description: str, check: Check = _any) -> None:
        self.name = name
        self._description = description
        self.check = check

    @property
    def description(self) -> str:
        return self._description

    def accepts(self, value: Value) -> bool:
        return self.check(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return Merged(merge_default(loc, definitions))

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return self


UNSPECIFIED = Unspecified("unspecified", "unspecified value")
OPTION_DECLARATION = Unspecified("optionDeclaration", "option declaration", _is_option_declaration)


def merge_default(loc: Loc, definitions: list[Definition]) -> Lazy:
    """lib.mergeDefaultOption. Source: nixpkgs lib/options.nix."""
    refuse_maybe(definitions)
    if len(definitions) == 1:
        return definitions[0].value
    values = [force(definition.value) for definition in definitions]
    for value in values:
        if isinstance(value, Unknown) and value.kind is None:
            raise Unknowable(value)
    if all(is_function(value) for value in values):
        return _merged_function(loc, definitions, values)
    if all(is_list(value) for value in values):
        merged = values[0]
        for value in values[1:]:
            merged = concat(merged, value)
        return merged
    if all(is_set(value) for value in values):
        return _merge_attrs(loc, definitions)
    if all(is_bool(value) for value in values):
        return _merge_or(loc, definitions)
    if all(is_string(value) for value in values):
        for value in values:
            refuse_unknown(value)
        return coerce.join("", values)
    if all(is_int(value) for value in values) and all(equal(v, values[0]) for v in values):
        return values[0]
    raise Thrown(
        f"Cannot merge definitions of `{show_option(loc)}'. "
        f"Definition values:{show_definitions(definitions)}"
    )


def _merged_function(loc: Loc, definitions: list[Definition], functions: list[Value]) -> Primop:
    def merged_call(argument: Lazy) -> Value:
        # Nixpkgs takes the results for definitions, so that they must be sets with a `value`.
        results = [
            definition.of(delayed(lambda f=f: select(expect_attrs(call(f, argument)), "value")))  # type: ignore[misc]
            for definition, f in zip(definitions, functions, strict=True)
        ]
        return force(merge_default(loc, results))

    return Primop("", 1, merged_call)
