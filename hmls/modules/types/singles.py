"""Types that are made of others. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hmls.lang.compare import less_than
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import delayed, expect_string, force
from hmls.lang.json import json_float
from hmls.lang.values import Lazy, Thunk, Unknown, Value
from hmls.modules.types.base import OptionType, phrase
from hmls.modules.types.choices import Either
from hmls.modules.types.containers import AttrsOf, ListOf
from hmls.modules.types.places import PATH
from hmls.modules.types.scalars import ATTRS, BOOL, FLOAT, INT, STR, has_type
from hmls.modules.types.wrappers import Checked, NullOr, Unique

NUMBER = Either(INT, FLOAT)
_RESTRICTED = "nonRestrictiveClause"


def _compared(check: Callable[[Value], bool]) -> Callable[[Value], bool]:
    def checked(value: Value) -> bool:
        if isinstance(value, Unknown):
            raise Unknowable(value)
        return check(value)

    return checked


def _within(low: Value, high: Value) -> Callable[[Value], bool]:
    return _compared(lambda value: not less_than(value, low) and not less_than(high, value))


def _not_negative(inner: OptionType, name: str, description: str) -> OptionType:
    return Checked(
        inner,
        _compared(lambda value: not less_than(value, 0)),
        name=name,
        description=f"{description}, meaning >=0",
        description_class=_RESTRICTED,
    )


def _positive(inner: OptionType, name: str, description: str) -> OptionType:
    return Checked(
        inner,
        _compared(lambda value: less_than(0, value)),
        name=name,
        description=f"{description}, meaning >0",
        description_class=_RESTRICTED,
    )


def _range(low: int, high: int, name: str, start: str) -> OptionType:
    description = f"{start}; between {low} and {high} (both inclusive)"
    return Checked(INT, _within(low, high), name=name, description=description)


def _unsigned(bits: int) -> OptionType:
    return _range(0, 2**bits - 1, f"unsignedInt{bits}", f"{bits} bit unsigned integer")


def _signed(bits: int) -> OptionType:
    half = 2 ** (bits - 1)
    return _range(-half, half - 1, f"signedInt{bits}", f"{bits} bit signed integer")


INTS: dict[str, OptionType] = {
    "unsigned": _not_negative(INT, "unsignedInt", "unsigned integer"),
    "positive": _positive(INT, "positiveInt", "positive integer"),
    **{f"u{bits}": _unsigned(bits) for bits in (8, 16, 32)},
    **{f"s{bits}": _signed(bits) for bits in (8, 16, 32)},
}
NUMBERS: dict[str, OptionType] = {
    "nonnegative": _not_negative(
        NUMBER, "numberNonnegative", "nonnegative integer or floating point number"
    ),
    "positive": _positive(NUMBER, "numberPositive", "positive integer or floating point number"),
}


def ints_between(low: Value, high: Value) -> OptionType:
    """types.ints.between. Raises NixError where the bounds are the wrong way round."""
    if less_than(high, low):
        raise Thrown("ints.between: lowest must be smaller than highest")
    description = f"integer between {low} and {high} (both inclusive)"
    return Checked(INT, _within(low, high), name="intBetween", description=description)


def numbers_between(low: Value, high: Value) -> OptionType:
    """types.numbers.between. Raises NixError where the bounds are the wrong way round."""
    if less_than(high, low):
        raise Thrown("numbers.between: lowest must be smaller than highest")
    bounds = f"{_number(low)} and {_number(high)} (both inclusive)"
    return Checked(
        NUMBER,
        _within(low, high),
        name="numberBetween",
        description=f"integer or floating point number between {bounds}",
    )


def _number(value: int | float) -> str:
    return json_float(value) if isinstance(value, float) else str(value)


def packages_type() -> OptionType:
    """types.pkgs."""
    message = "A Nixpkgs pkgs set can not be merged with another pkgs set."
    return Checked(
        Unique(ATTRS, message),
        lambda value: has_type(value, "pkgs"),
        name="pkgs",
        description="Nixpkgs package set",
        description_class="noun",
    )


def passwd_entry(inner: OptionType) -> OptionType:
    """types.passwdEntry."""

    def holds(value: Value) -> bool:
        text = expect_string(value)
        return ":" not in text and "\n" not in text

    return Checked(
        inner,
        holds,
        name=f"passwdEntry {inner.name}",
        description=f"{phrase(inner, 'noun')}, not containing newlines or colons",
        description_class=_RESTRICTED,
    )


def either_all(types: Sequence[OptionType | Thunk]) -> OptionType:
    """types.oneOf, of at least one type."""
    made: OptionType = force(types[0])
    for following in types[1:]:
        made = Either(made, following)
    return made


def serializable(type_name: str, *, nullable: bool) -> OptionType:
    """serializableValueWith: the values that JSON, TOML and the like can hold."""
    inner: Lazy = delayed(lambda: described)
    base = either_all([BOOL, INT, FLOAT, STR, PATH, AttrsOf(inner), ListOf(inner)])
    described = Described(NullOr(base) if nullable else base, f"{type_name} value")
    return described


class Described(Checked):
    """A type under another name or description."""

    def __init__(
        self,
        inner: OptionType,
        description: str | None = None,
        *,
        name: str | None = None,
        deprecation: str | None = None,
    ) -> None:
        super().__init__(inner, lambda _value: True, name=name, description=description)
        self.deprecation_message = deprecation or inner.deprecation_message

    def verdict(self, value: Value) -> bool | None:
        return self.inner.verdict(value)
