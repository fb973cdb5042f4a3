"""The operators that make a value of two: `//`, `++`, `+` and arithmetic."""

from __future__ import annotations

from collections.abc import Mapping

from hmls.lang import coerce
from hmls.lang.budget import check_size, tick
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, get_lazy, wrong_type
from hmls.lang.utf8 import mended
from hmls.lang.values import (
    AllBut,
    Attrs,
    ChosenAttrs,
    ContextString,
    Lazy,
    NameSet,
    OpenAttrs,
    OpenList,
    Path,
    Positions,
    Splice,
    Unknown,
    UnknownString,
    Value,
    VersionedAttrs,
    type_phrase,
)

_LARGE = 500
"""Sets of so many names cost a step to copy."""
_MAX_INT, _MIN_INT = 2**63 - 1, -(2**63)


def update(left: Value, right: Value) -> Value:
    """`left // right`. An unknown side leaves what the other decides alone known."""
    if left.__class__ is Attrs and right.__class__ is Attrs:
        if not left:
            return right
        if not right:
            return left
        made = Attrs(left)
        made.update(right)
        if len(made) > _LARGE:
            tick(len(made) // _LARGE)
        if left.positions or right.positions:
            made.positions = {**left.positions, **right.positions}
        return made
    return _update_open(as_set(left), as_set(right))


def as_set(value: Value) -> Attrs:
    """The value as a side of `//`: an unknown one is a set of which nothing is known."""
    if isinstance(value, Attrs):
        return value
    if isinstance(value, Unknown) and value.kind in (None, "set"):
        return OpenAttrs((), value)
    return wrong_type("a set", value)


def _update_open(left: Attrs, right: Attrs) -> Attrs:
    positions = {**left.positions, **right.positions}
    if not isinstance(right, OpenAttrs):
        if not isinstance(left, OpenAttrs):
            return Attrs({**left, **right}, positions)
        return _opened(left, {**left, **right}, positions, left.absent - right.keys())
    merged: dict[str, Lazy] = {}
    for name, lazy in left.items():
        # The unknown side may or may not set this one.
        found = get_lazy(right, name)
        merged[name] = lazy if found is MISSING else found
    merged.update(right)
    absent = right.absent - left.keys()
    if not isinstance(left, OpenAttrs):
        return _opened(right, merged, positions, absent)
    rest = left.rest if isinstance(absent, AllBut) else right.rest
    return open_attrs(merged, rest, positions, absent & left.absent)


def _opened(
    like: OpenAttrs, items: dict[str, Lazy], positions: Positions, absent: NameSet
) -> Attrs:
    if isinstance(like, VersionedAttrs):
        return VersionedAttrs(items, like.rest, like.source, positions, absent)
    made = open_attrs(items, like.rest, positions, absent)
    if isinstance(like, ChosenAttrs) and isinstance(made, OpenAttrs):
        return ChosenAttrs(items, like.rest, positions, absent)
    return made


def open_attrs(
    items: Mapping[str, Lazy], rest: Unknown, positions: Positions, absent: NameSet
) -> Attrs:
    """An open set, or a closed one where no name is in doubt."""
    if isinstance(absent, AllBut) and absent.names <= items.keys():
        return Attrs(items, positions)
    return OpenAttrs(items, rest, positions, absent)


def concat(left: Value, right: Value) -> Value:
    """`left ++ right`. An unknown side leaves the other's items known, but not the length."""
    if left.__class__ is list and right.__class__ is list:
        if not left:
            return right
        if not right:
            return left
        check_size(len(left) + len(right))
        return left + right
    return OpenList([*_list_items(left), *_list_items(right)])


def _list_items(value: Value) -> list[Lazy]:
    if value.__class__ is list:
        return value
    if value.__class__ is OpenList:
        return value.items
    if isinstance(value, Unknown) and value.kind in (None, "list"):
        return [Splice(value)]
    return wrong_type("a list", value)


def integer(value: int, operation: str, left: Value, right: Value) -> int:
    """The result of an operation on integers, or Nix's error past 64 bits."""
    if _MIN_INT <= value <= _MAX_INT:
        return value
    sign = {"adding": "+", "subtracting": "-", "multiplying": "*", "dividing": "/"}[operation]
    raise NixError(f"integer overflow in {operation} {left} {sign} {right}")


def add(left: Value, right: Value) -> Value:
    """`left + right`: numbers, strings, or a path and a string."""
    if isinstance(left, str):
        return _add_string(left, right)
    match left:
        case bool() | None:
            pass
        case int() | float():
            return _add_number(left, right)
        case Path():
            return _add_path(left, right)
        case UnknownString():
            return concat_strings([left, right])
        case Unknown():
            raise Unknowable(left)
    return append(coerce.coerce(left), right)


def append(text: str, right: Value) -> Value:
    """`left + right`, where the left side is no string, but `text` when it becomes one.

    Other than behind a string, a path on the right is not copied to the store.
    """
    if isinstance(right, Unknown):
        return concat_strings([text, right])
    tail = coerce.coerce(right)
    return coerce.with_context(mended(text + tail), text, tail)


def _add_number(left: int | float, right: Value) -> Value:
    if right.__class__ is int or right.__class__ is float:
        total = left + right
        return integer(total, "adding", left, right) if total.__class__ is int else total
    if isinstance(right, Unknown):
        raise Unknowable(right)
    kind = "a float" if left.__class__ is float else "an integer"
    raise NixError(f"cannot add {type_phrase(right)} to {kind}")


def _add_path(left: Path, right: Value) -> Path:
    text = coerce.coerce(right)
    if isinstance(text, ContextString) and text.context:
        raise NixError("a string that refers to a store path cannot be appended to a path")
    return Path(coerce.normalize(left.path + text))


def _add_string(left: str, right: Value) -> Value:
    if right.__class__ is str and left.__class__ is str:
        return mended(left + right)
    if isinstance(right, Unknown):
        return concat_strings([left, right])
    text = coerce.interpolate(right)
    return coerce.with_context(mended(left + text), left, text)


def concat_strings(values: list[Value]) -> Value:
    """The parts of an interpolated string in one; with unknown parts, an UnknownString."""
    parts: list[str | Unknown] = []
    for value in values:
        if isinstance(value, UnknownString):
            parts.extend(value.parts)
        elif isinstance(value, Unknown):
            parts.append(value)
        else:
            parts.append(coerce.interpolate(value))
    unknown = next((part for part in parts if isinstance(part, Unknown)), None)
    if unknown is not None:
        return UnknownString(parts, unknown.cause, unknown.site)
    return coerce.join("", (part for part in parts if isinstance(part, str)))


def subtract(left: Value, right: Value) -> Value:
    _numbers(left, right)
    result = left - right
    return integer(result, "subtracting", left, right) if result.__class__ is int else result


def multiply(left: Value, right: Value) -> Value:
    _numbers(left, right)
    result = left * right
    return integer(result, "multiplying", left, right) if result.__class__ is int else result


def divide(left: Value, right: Value) -> Value:
    """Integers truncate towards zero, as in C."""
    # As Nix does it: the right one is looked at first, as a float.
    if right.__class__ is not int and right.__class__ is not float:
        wrong_type("a float", right)
    if right == 0:
        raise NixError("division by zero")
    _numbers(left, right)
    if left.__class__ is float or right.__class__ is float:
        return left / right
    quotient = abs(left) // abs(right)
    return integer(quotient if (left < 0) == (right < 0) else -quotient, "dividing", left, right)


def _numbers(left: Value, right: Value) -> None:
    floating = left.__class__ is float or right.__class__ is float
    for value in (left, right):
        if value.__class__ is not int and value.__class__ is not float:
            wrong_type("a float" if floating else "an integer", value)
