"""Types around one other type. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang.compare import equal
from hmls.lang.errors import NixError, Thrown, Unknowable
from hmls.lang.force import MISSING, call, expect_bool, force, is_function
from hmls.lang.functions import function_args
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Unknown, Value
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import show_files, show_option
from hmls.modules.resolved import Resolved
from hmls.modules.types.base import (
    OptionType,
    merge_one,
    merged_unchecked,
    phrase,
    refuse_maybe,
    wrong_values,
)
from hmls.modules.types.containers import Container, ListOf

_OF_ONE_DEFINITION = frozenset(("package", "unique"))
"""Types that refuse two definitions, whatever they say."""


class NullOr(Container):
    """types.nullOr."""

    name = "nullOr"
    description_class = "conjunction"

    @property
    def keeps_maybe(self) -> bool:  # type: ignore[override]
        return self.element.keeps_maybe

    @property
    def description(self) -> str:
        return f"null or {phrase(self.element, 'noun', 'conjunction')}"

    @property
    def empty_value(self) -> Lazy:
        return None

    def accepts(self, value: Value) -> bool:
        return value is None or self.element.accepts(value)

    def verdict(self, value: Value) -> bool | None:
        return True if value is None else self.element.verdict(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        try:
            nulls = [_is_null(definition) for definition in definitions]
        except Unknowable as stop:
            self._refuse_to_show_one(loc, definitions, stop.unknown)
            raise
        if not any(nulls):
            return merged_unchecked(self.element, loc, definitions)
        refuse_maybe(definitions)
        if all(nulls):
            return Merged(None)
        files = show_files(definition.file for definition in definitions)
        raise Thrown(
            f"The option `{show_option(loc)}` is defined both null and not null, in {files}."
        )

    def _refuse_to_show_one(
        self, loc: Loc, definitions: list[Definition], unknown: Unknown
    ) -> None:
        """Raise Unknowable with the error that there is if not all definitions are null.

        Of two packages, of which nobody can say here that they are not null, none wins.
        """
        if len(definitions) == 1 or self.element.name not in _OF_ONE_DEFINITION:
            return
        if any(d.maybe is not None or force(d.value) is None for d in definitions):
            return
        try:
            force(merged_unchecked(self.element, loc, definitions).value)
        except NixError as error:
            text = f"«error: {error.message}», or null"
            raise Unknowable(Unknown(text, unknown.cause, unknown.site)) from None
        except Unknowable:
            return


def _is_null(definition: Definition) -> bool:
    value = force(definition.value)
    if isinstance(value, Unknown) and value.kind is None:
        raise Unknowable(value)
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

    def around(self, element: OptionType) -> OptionType:
        return Unique(element, self.message)

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
        # It is made with uniq, which forgets the message.
        inner = self.element.with_sub_modules(modules)
        return None if inner is None else Unique(inner)

    @property
    def description(self) -> str:
        return self.element.description

    @property
    def empty_value(self) -> Lazy:
        return self.element.empty_value

    def accepts(self, value: Value) -> bool:
        return self.element.accepts(value)

    def verdict(self, value: Value) -> bool | None:
        return self.element.verdict(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        if len(definitions) != 1:
            merge_one(loc, definitions, self.message)
        return merged_unchecked(self.element, loc, definitions)


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
            results = [d.of(Thunk(applied, (d.value, argument))) for d in definitions]
            return force(Resolved((*loc, "<function body>"), self.lazy_element, results).value)

        return Merged(
            Attrs(
                {
                    "__functionArgs": Thunk(_common_arguments, definitions),
                    "__functor": Primop("", 2, call_all),
                }
            )
        )


def applied(pair: tuple[Lazy, Lazy]) -> Value:
    """A function's result, as the code of a thunk."""
    function, argument = pair
    return call(force(function), argument)


def _common_arguments(definitions: list[Definition]) -> Attrs:
    merged: dict[str, bool] = {}
    for definition in definitions:
        for name, optional in function_args(force(definition.value)).items():
            merged[name] = merged.get(name, True) and expect_bool(optional)
    return Attrs(merged)


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
        given: Lazy = None,
    ) -> None:
        self.inner = inner
        self.check = check
        self.given = given
        """The function that `addCheck` was given, where it was."""
        self.name = name or inner.name
        self._description = description
        self.description_class = description_class or inner.description_class
        self.deprecation_message = inner.deprecation_message
        self.has_v2_merge = inner.has_v2_merge
        self.keeps_maybe = inner.keeps_maybe

    @property
    def description(self) -> str:
        return self.inner.description if self._description is None else self._description

    @property
    def empty_value(self) -> Lazy:
        return self.inner.empty_value

    @property
    def sub_modules(self) -> list[Lazy] | None:
        return self.inner.sub_modules

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
        # nixpkgs keeps the inner type's function, and with it loses the check.
        return self.inner.with_sub_modules(modules)

    @property
    def nested(self) -> dict[str, OptionType]:
        return self.inner.nested

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.inner.sub_options(prefix)

    @property
    def bare(self) -> OptionType:
        return self.inner.bare

    def accepts(self, value: Value) -> bool:
        return self.inner.accepts(value) and self.check(value)

    def verdict(self, value: Value) -> bool | None:
        return False if self.inner.verdict(value) is False else None

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        if not self.has_v2_merge:
            return merged_unchecked(self.inner, loc, definitions)
        self.inner.refuse_incoherent(loc)
        try:
            merged = self.inner.merge(loc, definitions)
        except NixError:
            # Nix merges only what it has checked.
            wrong = [] if self.inner.refused(definitions) else self._wrong(definitions)
            if not wrong:
                raise
            return Merged(None, error=Thunk(wrong_values, wrong))
        if merged.error is not None:
            return merged
        wrong = self._wrong(definitions)
        return merged._replace(error=Thunk(wrong_values, wrong)) if wrong else merged

    def _wrong(self, definitions: list[Definition]) -> list[Definition]:
        return [d for d in definitions if not self._holds(d)]

    def _holds(self, definition: Definition) -> bool:
        holds = self.check(force(definition.value))
        if not holds and definition.maybe is not None:
            raise Unknowable(definition.maybe)
        return holds


class NonEmptyListOf(Checked):
    """types.nonEmptyListOf."""

    def __init__(self, element: OptionType | Thunk) -> None:
        super().__init__(ListOf(element), _is_not_empty)

    @property
    def description(self) -> str:
        return f"non-empty {phrase(self.inner, 'noun')}"

    @property
    def empty_value(self) -> Lazy:
        return MISSING

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
        inner = self.inner.with_sub_modules(modules)
        return NonEmptyListOf(inner.element) if isinstance(inner, ListOf) else None


def _is_not_empty(value: Value) -> bool:
    return not equal(value, [])
