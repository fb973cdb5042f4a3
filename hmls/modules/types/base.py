"""What every option type can do. Source: nixpkgs lib/types.nix, mkOptionType; lib/options.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hmls.lang.compare import equal
from hmls.lang.errors import NixError, Thrown, Unknowable
from hmls.lang.force import MISSING, force, get
from hmls.lang.lib.support import NESTED, aborted
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown, Value
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import show_definitions, show_option

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIORITY_HINT = (
    "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these "
    "definitions.\n"
)


class OptionType:
    """A type of options. Types are immutable and compare by identity."""

    name = "unspecified"
    description_class: str | None = None
    deprecation_message: str | None = None
    has_v2_merge = False
    """Whether the type checks while it merges, which words its errors differently."""
    keeps_maybe = False
    """Whether `merge` can leave gaps for definitions that may not exist."""
    view: Any = None
    """The set that stands for the type in Nix code, once somebody asked (see `nix_view`)."""

    @property
    def description(self) -> str:
        return self.name

    def accepts(self, value: Value) -> bool:
        """Whether a forced value is of the type at its head. Raises Unknowable."""
        raise NotImplementedError

    def verdict(self, _value: Value) -> bool | None:
        """True if one definition of a forced value certainly is the option's value as it is.

        False if the value certainly is not of the type, None where that takes a closer look.
        """
        return None

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        """The value of one or more definitions that `accepts` holds for. Raises Unknowable."""
        raise NotImplementedError

    @property
    def empty_value(self) -> Lazy:
        """The value where nothing is defined, or MISSING."""
        return MISSING

    @property
    def sub_modules(self) -> list[Lazy] | None:
        """The modules that submodules of the type are made of; None for other types."""
        return None

    def with_sub_modules(self, _modules: list[Lazy]) -> OptionType | None:
        """The same type with other modules in its submodules."""
        return None

    @property
    def bare(self) -> OptionType:
        """The type that the functor is of: nixpkgs' addCheck keeps that of the type it checks."""
        return self

    @property
    def functor_name(self) -> str:
        """Types of one functor name can be declared for the same option."""
        return self.name

    @property
    def payload(self) -> Value:
        """What the type was made of, as the functor has it, or None."""
        return None

    def merged_with(self, other: OptionType) -> OptionType | None:
        """The type of an option that was declared with both, or None where they do not fit.

        Both have the same functor name.
        """
        raise NotImplementedError

    @property
    def nested(self) -> dict[str, OptionType]:
        """The types inside, under the names that `nestedTypes` has for them."""
        return {}

    def sub_options(self, _prefix: Loc) -> Lazy:
        """The options inside, as `getSubOptions` gives them."""
        return Attrs()

    def refuse_incoherent(self, loc: Loc, hint: str = "") -> None:
        """checkV2MergeCoherence: refuse a type whose check was changed behind its merge's back."""

    def checked_merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        """Check all definitions, then merge them; an unknown one makes what it decides unknown.

        Source: mergeDefinitions, mergedValue.
        """
        try:
            if self.has_v2_merge:
                merged = self.merge(loc, definitions)
                if merged.error is not None:
                    raise Thrown(
                        f"A definition for option `{show_option(loc)}' is not of type "
                        f"`{self.description}'. TypeError: {force(merged.error)}"
                    )
                return merged
            wrong = self.refused(definitions)
            if wrong:
                raise Thrown(
                    f"A definition for option `{show_option(loc)}' is not of type "
                    f"`{self.description}'. Definition values:{show_definitions(wrong)}"
                )
            return self.merge(loc, definitions)
        except Unknowable as stop:
            if any(definition.maybe is not None for definition in definitions):
                raise
            return Merged(stop.unknown)

    def refused(self, definitions: list[Definition]) -> list[Definition]:
        """The definitions that are certainly not of the type at their head."""
        return [d for d in definitions if not self._accepts_definition(d)]

    def _accepts_definition(self, definition: Definition) -> bool:
        try:
            accepted = self.accepts(force(definition.value))
        except Unknowable:
            return True
        if not accepted and definition.maybe is not None:
            raise Unknowable(definition.maybe)
        return accepted

    def merge_nothing(self, loc: Loc) -> Merged:
        """What an option without definitions is."""
        empty = self.empty_value
        if empty is not MISSING:
            return Merged(empty)
        raise Thrown(
            f"The option `{show_option(loc)}' was accessed but has no value defined. "
            "Try setting the option."
        )

    def error_of(self, definitions: list[Definition]) -> Thunk | None:
        """The headError of nixpkgs: which definitions are not of the type at their head."""
        wrong = self.refused(definitions)
        return Thunk(wrong_values, wrong) if wrong else None


def wrong_values(definitions: list[Definition]) -> Value:
    """What checkDefsForError says of definitions, as the code of a thunk."""
    return f"Definition values: {show_definitions(definitions)}"


def phrase(option_type: OptionType, *classes: str) -> str:
    """A type inside another's description, in parentheses where it would be ambiguous.

    Source: optionDescriptionPhrase.
    """
    described = seen(option_type, "description")
    return described if option_type.description_class in classes else f"({described})"


def seen(option_type: OptionType, name: str) -> Value:
    """An attribute of a type as Nix code sees it: computed once, so that a cycle is noticed."""
    from hmls.modules.types.nix_view import nix_view

    found = get(nix_view(option_type), name)
    if found is MISSING:
        raise NixError(f"attribute '{name}' missing")
    return found


def types_merged(left: OptionType, right: OptionType) -> OptionType | None:
    """`left.typeMerge right.functor`."""
    from hmls.modules.types.foreign import ForeignType, foreign_merge

    if isinstance(left, ForeignType) or isinstance(right, ForeignType):
        return foreign_merge(left, right)
    left, right = left.bare, right.bare
    if left.functor_name != right.functor_name:
        return None
    with NESTED:
        return left.merged_with(right)


def merged_unchecked(option_type: OptionType, loc: Loc, definitions: list[Definition]) -> Merged:
    """`type.merge loc defs`: what types of the old kind call, whatever the check would say."""
    return option_type.merge(loc, definitions)._replace(error=None)


def refuse_unknown(value: Value) -> None:
    """Raise Unknowable for an unknown value."""
    if isinstance(value, Unknown):
        raise Unknowable(value)


def refuse_maybe(definitions: Sequence[Definition]) -> None:
    """Raise Unknowable if the condition of any definition is unknown."""
    for definition in definitions:
        if definition.maybe is not None:
            raise Unknowable(definition.maybe)


def refuse_extra(definition: Definition) -> None:
    """Fail as Nix's functions of `{ file, value }` do on a definition that was in an mkOrder."""
    if definition.extra is not None:
        name = definition.extra
        raise NixError(f"function 'anonymous lambda' called with unexpected argument '{name}'")


def first_of(definitions: Sequence[Definition]) -> Definition:
    """The first definition; Nix code may ask a type to merge none at all."""
    if not definitions:
        raise NixError("'builtins.head' called on an empty list")
    return definitions[0]


def merge_one(loc: Loc, definitions: list[Definition], message: str = "") -> Lazy:
    """mergeUniqueOption: exactly one definition may be."""
    refuse_maybe(definitions)
    if len(definitions) == 1:
        return definitions[0].value
    if not definitions:
        raise Thrown("assertion '(__lessThan 1 (length defs))' failed")
    raise Thrown(
        f"The option `{show_option(loc)}' is defined multiple times while it's expected to be "
        f"unique.\n{message}\nDefinition values:{show_definitions(definitions)}\n{PRIORITY_HINT}"
    )


def merge_equal(loc: Loc, definitions: list[Definition]) -> Lazy:
    """mergeEqualOption: all definitions must be equal."""
    refuse_maybe(definitions)
    if not definitions:
        raise aborted("This case should never happen.")
    first = definitions[0]
    if len(definitions) == 1:
        return first.value
    value = force(first.value)
    for other in definitions[1:]:
        if not equal(force(other.value), value):
            raise Thrown(
                f"The option `{show_option(loc)}' has conflicting definition values:"
                f"{show_definitions([first, other])}\n{PRIORITY_HINT}"
            )
    return value
