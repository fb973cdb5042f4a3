"""Types that choose among others or wrap one. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hmls.lang.errors import NixError
from hmls.lang.force import call, delayed, expect_bool, force, is_function
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Primop, Thunk, Unknown, Value, type_name
from hmls.modules.definitions import Definition, Loc, Resolved
from hmls.modules.merged import Merged
from hmls.modules.messages import show_definitions, show_files, show_option
from hmls.modules.types.base import (
    OptionType,
    merge_equal,
    merge_one,
    phrase,
    refuse_maybe,
    refuse_unknown,
)
from hmls.modules.types.containers import AttrsOf, Container
from hmls.modules.types.scalars import is_string_like


class NullOr(Container):
    """types.nullOr."""

    name = "nullOr"
    description_class = "conjunction"

    @property
    def description(self) -> str:
        return f"null or {phrase(self.element, 'noun', 'conjunction')}"

    @property
    def empty_value(self) -> Lazy:
        return None

    def accepts(self, value: Value) -> bool:
        return value is None or self.element.accepts(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        nulls = [_is_null(definition) for definition in definitions]
        if not any(nulls):
            return self.element.merge(loc, definitions)
        refuse_maybe(definitions)
        if all(nulls):
            return Merged(None)
        files = show_files(definition.file for definition in definitions)
        raise NixError(
            f"The option `{show_option(loc)}` is defined both null and not null, in {files}."
        )


def _is_null(definition: Definition) -> bool:
    value = force(definition.value)
    refuse_unknown(value) if isinstance(value, Unknown) and value.kind is None else None
    return value is None


class Unique(Container):
    """types.unique and types.uniq."""

    name = "unique"

    def __init__(self, element: OptionType | Thunk, message: str = "") -> None:
        super().__init__(element)
        self.message = message

    @property
    def description_class(self) -> str | None:  # type: ignore[override]
        return self.element.description_class

    @property
    def has_v2_merge(self) -> bool:  # type: ignore[override]
        return False

    def around(self, element: OptionType) -> OptionType:
        return Unique(element, self.message)

    @property
    def description(self) -> str:
        return self.element.description

    @property
    def empty_value(self) -> Lazy:
        return self.element.empty_value

    def accepts(self, value: Value) -> bool:
        return self.element.accepts(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        if len(definitions) > 1:
            merge_one(loc, definitions, self.message)
        return self.element.merge(loc, definitions)


class FunctionTo(Container):
    """types.functionTo."""

    name = "functionTo"

    @property
    def description(self) -> str:
        return f"function that evaluates to a(n) {phrase(self.element, 'noun', 'composite')}"

    def accepts(self, value: Value) -> bool:
        return is_function(value)

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.element.sub_options((*prefix, "<function body>"))

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        refuse_maybe(definitions)

        def call_all(_self: Lazy, argument: Lazy) -> Value:
            results = [
                replace(d, value=delayed(lambda d=d: call(force(d.value), argument)))  # type: ignore[misc]
                for d in definitions
            ]
            return force(Resolved((*loc, "<function body>"), self.element, results).value)

        return Merged(
            Attrs(
                {
                    "__functionArgs": delayed(lambda: _common_arguments(definitions)),
                    "__functor": Primop("__functor", 2, call_all),
                }
            )
        )


def _common_arguments(definitions: list[Definition]) -> Attrs:
    from hmls.lang.functions import function_args

    merged: dict[str, bool] = {}
    for definition in definitions:
        for name, optional in function_args(force(definition.value)).items():
            merged[name] = merged.get(name, True) and expect_bool(optional)
    return Attrs(merged)


class Either(OptionType):
    """types.either; oneOf is made of it."""

    name = "either"
    description_class = "conjunction"
    has_v2_merge = True

    def __init__(self, left: OptionType, right: OptionType) -> None:
        self.left = left
        self.right = right

    @property
    def description(self) -> str:
        if self.left.description_class == "nonRestrictiveClause":
            return f"{self.left.description}, or {phrase(self.right, 'noun', 'conjunction')}"
        left = phrase(self.left, "noun", "conjunction")
        return f"{left} or {phrase(self.right, 'noun', 'conjunction', 'composite')}"

    @property
    def nested(self) -> dict[str, OptionType]:
        return {"left": self.left, "right": self.right}

    def accepts(self, value: Value) -> bool:
        return self.left.accepts(value) or self.right.accepts(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        for definition in definitions:
            # Which of the two it is must be certain.
            self._refuse_ambiguous(force(definition.value))
        for side in (self.left, self.right):
            if side.has_v2_merge:
                merged = side.merge(loc, definitions)
                if merged.error is None:
                    return merged
            elif side.error_of(definitions) is None:
                return side.merge(loc, definitions)
        error = (
            f"The option `{show_option(loc)}` is neither a value of type "
            f"`{self.left.description}` nor `{self.right.description}`, "
            f"Definition values: {show_definitions(definitions)}"
        )
        return Merged(delayed(lambda: force(merge_one(loc, definitions))), error=error)

    def _refuse_ambiguous(self, value: Value) -> None:
        if isinstance(value, Unknown):
            self.left.accepts(value)

    def merged_with(self, other: OptionType) -> OptionType | None:
        if not isinstance(other, Either):
            return None
        left = self.left.merged_with(other.left)
        right = self.right.merged_with(other.right)
        return None if left is None or right is None else Either(left, right)


class CoercedTo(OptionType):
    """types.coercedTo."""

    name = "coercedTo"
    has_v2_merge = True

    def __init__(self, coerced: OptionType, function: Value, final: OptionType) -> None:
        self.coerced = coerced
        self.function = function
        self.final = final

    @property
    def description(self) -> str:
        final, coerced = phrase(self.final, "noun"), phrase(self.coerced, "noun")
        return f"{final} or {coerced} convertible to it"

    @property
    def empty_value(self) -> Lazy:
        return self.final.empty_value

    @property
    def sub_modules(self) -> list[Lazy] | None:
        return self.final.sub_modules

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType:
        return CoercedTo(self.coerced, self.function, self.final.with_sub_modules(modules))

    @property
    def nested(self) -> dict[str, OptionType]:
        return {"coercedType": self.coerced, "finalType": self.final}

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.final.sub_options(prefix)

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return None

    def accepts(self, value: Value) -> bool:
        if self.coerced.accepts(value) and self.final.accepts(self._coerce(value)):
            return True
        return self.final.accepts(value)

    def _coerce(self, value: Lazy) -> Value:
        return call(self.function, value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        final: list[Definition] = []
        for definition in definitions:
            value = force(definition.value)
            if self.coerced.accepts(value):
                definition = replace(definition, value=self._coerce(value))
            final.append(definition)
        if self.final.has_v2_merge:
            return self.final.merge(loc, final)
        error = self.error_of(definitions)
        if error is not None:
            return Merged(None, error=error)
        return self.final.merge(loc, final)


class Checked(OptionType):
    """types.addCheck, and the types that nixpkgs makes with it."""

    def __init__(
        self,
        inner: OptionType,
        check: Callable[[Value], bool],
        *,
        name: str | None = None,
        description: str | None = None,
        description_class: str | None = None,
    ) -> None:
        self.inner = inner
        self.check = check
        self.name = name or inner.name
        self._description = description
        self.description_class = description_class or inner.description_class
        self.has_v2_merge = inner.has_v2_merge

    @property
    def description(self) -> str:
        return self._description or self.inner.description

    @property
    def empty_value(self) -> Lazy:
        return self.inner.empty_value

    @property
    def sub_modules(self) -> list[Lazy] | None:
        return self.inner.sub_modules

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType:
        # nixpkgs keeps the inner type's function, and with it loses the check.
        return self.inner.with_sub_modules(modules)

    @property
    def nested(self) -> dict[str, OptionType]:
        return self.inner.nested

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.inner.sub_options(prefix)

    def merged_with(self, other: OptionType) -> OptionType | None:
        return self.inner.merged_with(other.inner if isinstance(other, Checked) else other)

    def accepts(self, value: Value) -> bool:
        return self.inner.accepts(value) and self.check(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        merged = self.inner.merge(loc, definitions)
        if not self.has_v2_merge or merged.error is not None:
            return merged
        wrong = [d for d in definitions if not self.check(force(d.value))]
        if not wrong:
            return merged
        return replace(merged, error=f"Definition values: {show_definitions(wrong)}")


class Anything(OptionType):
    """types.anything: sets are merged by key, all else must be equal."""

    name = "anything"
    description_class = "noun"

    @property
    def description(self) -> str:
        return "anything"

    def accepts(self, _value: Value) -> bool:
        return True

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        kinds = [_anything_kind(force(definition.value)) for definition in definitions]
        if len(set(kinds)) > 1:
            files = show_files(definition.file for definition in definitions)
            raise NixError(
                f"The option `{show_option(loc)}' has conflicting option types in {files}"
            )
        match kinds[0]:
            case "set":
                return AttrsOf(self).merge(loc, definitions)
            case "stringCoercibleSet":
                return Merged(merge_one(loc, definitions))
            case "lambda":
                refuse_maybe(definitions)
                return Merged(self._function(loc, definitions))
        return Merged(merge_equal(loc, definitions))

    def _function(self, loc: Loc, definitions: list[Definition]) -> Primop:
        def merged_call(argument: Lazy) -> Value:
            results = [replace(d, value=call(force(d.value), argument)) for d in definitions]
            return force(self.merge((*loc, "<function body>"), results).value)

        return Primop("", 1, merged_call)


def _anything_kind(value: Value) -> str:
    refuse_unknown(value) if isinstance(value, Unknown) and value.kind is None else None
    if isinstance(value, OpenAttrs) and not {"outPath", "__toString"} & value.keys():
        # That a set with unknown attributes is made a string would be odd; it must be certain.
        return "stringCoercibleSet" if is_string_like(value) else "set"
    if isinstance(value, Attrs) and is_string_like(value):
        return "stringCoercibleSet"
    return type_name(value)


class TypeOfTypes(OptionType):
    """types.optionType: several definitions are merged as declarations are."""

    name = "optionType"
    description_class = "noun"

    def accepts(self, value: Value) -> bool:
        from hmls.modules.types.scalars import _has_type

        return _has_type(value, "option-type")

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        from hmls.modules.declarations import merged_type
        from hmls.modules.types.nix_view import nix_view

        refuse_maybe(definitions)
        if len(definitions) == 1:
            return Merged(definitions[0].value)
        return Merged(nix_view(merged_type(loc, definitions)))
