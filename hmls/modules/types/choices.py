"""Types that take values of several types. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hmls.lang.compare import equal
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import call, expect_list, force, is_function
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Primop, Thunk, Unknown, Value, type_name
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.messages import show_definitions, show_files, show_option
from hmls.modules.types.base import (
    OptionType,
    first_of,
    merge_equal,
    merge_one,
    merged_unchecked,
    phrase,
    refuse_extra,
    refuse_maybe,
    refuse_unknown,
    types_merged,
)
from hmls.modules.types.containers import AttrsOf
from hmls.modules.types.scalars import has_type, is_string_like
from hmls.modules.types.wrappers import applied


class Either(OptionType):
    """types.either; oneOf is made of it."""

    name = "either"
    description_class = "conjunction"
    has_v2_merge = True

    def __init__(self, left: OptionType | Thunk, right: OptionType | Thunk) -> None:
        self._left = left
        self._right = right
        self._alternatives: tuple[OptionType, ...] | None = None

    @property
    def left(self) -> OptionType:
        return force(self._left)  # type: ignore[no-any-return]

    @property
    def right(self) -> OptionType:
        return force(self._right)  # type: ignore[no-any-return]

    @property
    def alternatives(self) -> Iterable[OptionType]:
        """The types to choose from, however deep they were nested; Nix looks at each in turn."""
        return self._looked_at() if self._alternatives is None else self._alternatives

    def _looked_at(self) -> Iterator[OptionType]:
        found = []
        for side in (self._left, self._right):
            for alternative in _alternatives(force(side)):
                found.append(alternative)
                yield alternative
        self._alternatives = tuple(found)

    @property
    def keeps_maybe(self) -> bool:  # type: ignore[override]
        return any(alternative.keeps_maybe for alternative in self.alternatives)

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
        return any(alternative.accepts(value) for alternative in self.alternatives)

    def verdict(self, value: Value) -> bool | None:
        for alternative in self.alternatives:
            found = alternative.verdict(value)
            if found is not False:
                return found
        return False

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        for definition in definitions:
            value = force(definition.value)
            if isinstance(value, Unknown):
                # Which of the types it is must be certain.
                self.accepts(value)
        for alternative in self.alternatives:
            if alternative.has_v2_merge:
                alternative.refuse_incoherent(loc)
                merged = alternative.merge(loc, definitions)
                if merged.error is None:
                    return merged
            elif not alternative.refused(definitions):
                return merged_unchecked(alternative, loc, definitions)
        return Merged(
            Thunk(_only, (loc, definitions)), error=Thunk(_neither, (self, loc, definitions))
        )

    @property
    def payload(self) -> Value:
        from hmls.modules.types.nix_view import nix_view

        return Attrs({"elemType": [nix_view(self.left), nix_view(self.right)]})

    def merged_with(self, other: OptionType) -> OptionType | None:
        assert isinstance(other, Either)
        left = types_merged(self.left, other.left)
        right = None if left is None else types_merged(self.right, other.right)
        return None if left is None or right is None else Either(left, right)


def _alternatives(option_type: OptionType) -> Iterable[OptionType]:
    return option_type.alternatives if type(option_type) is Either else (option_type,)


def _neither(given: tuple[Either, Loc, list[Definition]]) -> Value:
    option_type, loc, definitions = given
    return (
        f"The option `{show_option(loc)}` is neither a value of type "
        f"`{option_type.left.description}` nor `{option_type.right.description}`, "
        f"Definition values: {show_definitions(definitions)}"
    )


def _only(pair: tuple[Loc, list[Definition]]) -> Value:
    loc, definitions = pair
    return force(merge_one(loc, definitions))


class CoercedTo(OptionType):
    """types.coercedTo."""

    name = "coercedTo"
    has_v2_merge = True

    def __init__(self, coerced: OptionType, function: Lazy, final: OptionType | Thunk) -> None:
        self.coerced = coerced
        self.function = function
        self._final = final

    @property
    def final(self) -> OptionType:
        return force(self._final)  # type: ignore[no-any-return]

    @property
    def keeps_maybe(self) -> bool:  # type: ignore[override]
        return self.final.keeps_maybe

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

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
        inner = self.final.with_sub_modules(modules)
        return None if inner is None else CoercedTo(self.coerced, self.function, inner)

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
        return call(force(self.function), value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        final: list[Definition] = []
        for definition in definitions:
            if self._is_coerced(loc, definition):
                coerced = Thunk(applied, (self.function, definition.value))
                final.append(definition._replace(value=coerced))
            else:
                final.append(definition)
        if self.final.has_v2_merge:
            self.final.refuse_incoherent(loc)
            return self.final.merge(loc, final)
        error = self.error_of(definitions)
        if error is not None:
            return Merged(None, error=error)
        return merged_unchecked(self.final, loc, final)

    def _is_coerced(self, loc: Loc, definition: Definition) -> bool:
        value = force(definition.value)
        if not self.coerced.has_v2_merge:
            return self.coerced.accepts(value)
        refuse_unknown(value)
        self.coerced.refuse_incoherent(loc)
        return self.coerced.merge(loc, [definition]).error is None


class Anything(OptionType):
    """types.anything: sets are merged by key, all else must be equal."""

    name = "anything"
    description_class = "noun"
    keeps_maybe = True

    def __init__(self) -> None:
        self._sets = AttrsOf(self)

    @property
    def description(self) -> str:
        return "anything"

    def accepts(self, _value: Value) -> bool:
        return True

    def verdict(self, value: Value) -> bool | None:
        return None if isinstance(value, Attrs | Unknown) or is_function(value) else True

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        first_of(definitions)
        kinds = [_anything_kind(force(definition.value)) for definition in definitions]
        if any(kind != kinds[0] for kind in kinds):
            refuse_maybe(definitions)
            files = show_files(definition.file for definition in definitions)
            raise Thrown(f"The option `{show_option(loc)}' has conflicting option types in {files}")
        match kinds[0]:
            case "set":
                return self._sets.merge(loc, definitions)
            case "stringCoercibleSet":
                return Merged(merge_one(loc, definitions))
            case "lambda":
                refuse_maybe(definitions)
                return Merged(self._function(loc, definitions))
        return Merged(merge_equal(loc, definitions))

    def _function(self, loc: Loc, definitions: list[Definition]) -> Primop:
        def merged_call(argument: Lazy) -> Value:
            results = [d.of(Thunk(applied, (d.value, argument))) for d in definitions]
            return force(self.merge((*loc, "<function body>"), results).value)

        return Primop("", 1, merged_call)

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return self


def _anything_kind(value: Value) -> str:
    if isinstance(value, Unknown) and value.kind is None:
        raise Unknowable(value)
    if isinstance(value, OpenAttrs) and value:
        # That a set with unknown attributes is made a string would be odd; it must be certain.
        coercible = "outPath" in value or "__toString" in value
        return "stringCoercibleSet" if coercible else "set"
    if isinstance(value, Attrs) and is_string_like(value):
        return "stringCoercibleSet"
    return type_name(value)


class Enum(OptionType):
    """types.enum."""

    name = "enum"

    def __init__(self, values: Lazy) -> None:
        self._values = values

    @property
    def values(self) -> list[Lazy]:
        return expect_list(self._values)

    @property
    def description_class(self) -> str:  # type: ignore[override]
        return "noun" if len(self.values) < 2 else "conjunction"

    @property
    def description(self) -> str:
        shown = [_enum_value(value) for value in self.values]
        match shown:
            case []:
                return "impossible (empty enum)"
            case [only]:
                return f"value {only} (singular enum)"
        return f"one of {', '.join(shown)}"

    def accepts(self, value: Value) -> bool:
        refuse_unknown(value)
        return any(equal(value, force(allowed)) for allowed in self.values)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return Merged(merge_equal(loc, definitions))

    @property
    def payload(self) -> Value:
        return Attrs({"values": self._values})

    def merged_with(self, other: OptionType) -> OptionType | None:
        assert isinstance(other, Enum)
        return Enum(Thunk(_both_values, (self, other)))


def _both_values(pair: tuple[Enum, Enum]) -> Value:
    values: list[Lazy] = []
    for value in pair[0].values + pair[1].values:
        if not any(equal(force(known), force(value)) for known in values):
            values.append(value)
    return values


def _enum_value(lazy: Lazy) -> str:
    value = force(lazy)
    refuse_unknown(value)
    match value:
        case str():
            return f'"{value}"'
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
    return f"<{type_name(value)}>"


class TypeOfTypes(OptionType):
    """types.optionType: several definitions are merged as declarations are."""

    name = "optionType"
    description_class = "noun"

    def accepts(self, value: Value) -> bool:
        return has_type(value, "option-type")

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        from hmls.modules.declarations import merged_type
        from hmls.modules.types.nix_view import nix_view

        refuse_maybe(definitions)
        if len(definitions) == 1:
            return Merged(definitions[0].value)
        for definition in definitions:
            refuse_extra(definition)
        return Merged(nix_view(merged_type(loc, definitions)))

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return self
