"""Equality and order of values.

Source: nix src/libexpr/eval.cc, EvalState::eqValues; primops.cc, CompareValues.
"""

from __future__ import annotations

from hmls.lang.budget import check_depth, counters
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import expect_list, force, get, is_derivation, names
from hmls.lang.values import (
    Attrs,
    Lazy,
    OpenAttrs,
    OpenList,
    Path,
    Splice,
    Unknown,
    Value,
    type_name,
    type_phrase,
)


def equal(left: Value, right: Value) -> bool:
    """`left == right` of two forced values. Raises Unknowable where an unknown decides."""
    if isinstance(left, Unknown):
        raise Unknowable(left)
    if isinstance(right, Unknown):
        raise Unknowable(right)
    if isinstance(left, str):
        return isinstance(right, str) and left == right
    if left is None or left is True or left is False:
        return left is right
    if left.__class__ is int or left.__class__ is float:
        if right.__class__ is left.__class__:
            return bool(left == right)
        # Integers become floats, with the loss of precision that Nix has there.
        return _is_number(right) and float(left) == float(right)
    if left.__class__ is list or left.__class__ is OpenList:
        if right.__class__ is not list and right.__class__ is not OpenList:
            return False
        if _is_longer(left, right) or _is_longer(right, left):
            return False
        xs, ys = expect_list(left), expect_list(right)
        if len(xs) != len(ys):
            return False
        # A generator would go through the C stack.
        for x, y in zip(xs, ys, strict=True):  # noqa: SIM110
            if not identical_or_equal(x, y):
                return False
        return True
    if isinstance(left, Attrs):
        return isinstance(right, Attrs) and _equal_attrs(left, right)
    if left.__class__ is Path:
        return right.__class__ is Path and left.path == right.path
    return False  # Functions are never equal.


def _is_longer(left: Value, right: Value) -> bool:
    """Whether what is known of an open list is more than all that another list has."""
    if left.__class__ is not OpenList or right.__class__ is not list:
        return False
    return sum(item.__class__ is not Splice for item in left.items) > len(right)


def _has_more(left: Attrs, right: Attrs) -> bool:
    """Whether an open set has a name that another set certainly has not."""
    if not isinstance(left, OpenAttrs) or isinstance(right, OpenAttrs):
        return False
    return not left.keys() <= right.keys()


def identical_or_equal(left: Lazy, right: Lazy) -> bool:
    """Equality of items of lists and sets: what is one and the same is equal, a function too."""
    x = force(left)
    if left is right:
        return True
    y = force(right)
    if x.__class__ is not list and not isinstance(x, Attrs):
        return equal(x, y)
    counters[0] += 1
    try:
        check_depth(0)
        return equal(x, y)
    finally:
        counters[0] -= 1


def _equal_attrs(left: Attrs, right: Attrs) -> bool:
    if is_derivation(left) and is_derivation(right):
        return equal(get(left, "outPath"), get(right, "outPath"))
    if _has_more(left, right) or _has_more(right, left):
        return False
    left_names = names(left)
    if len(left_names) != len(right) or left_names != names(right):
        return False
    for name in left_names:  # noqa: SIM110
        if not identical_or_equal(left[name], right[name]):
            return False
    return True


def less_than(left: Value, right: Value) -> bool:
    """`left < right` of two forced values."""
    if isinstance(left, str) and isinstance(right, str):
        if left.isascii() and right.isascii():
            return left < right
        return _bytes(left) < _bytes(right)
    if _is_number(left) and _is_number(right):
        if left.__class__ is right.__class__:
            return bool(left < right)
        return float(left) < float(right)
    if isinstance(left, Unknown):
        raise Unknowable(left)
    if isinstance(right, Unknown):
        raise Unknowable(right)
    if left.__class__ is Path and right.__class__ is Path:
        return _bytes(left.path) < _bytes(right.path)
    if type_name(left) == type_name(right) == "list":
        return _less_list(expect_list(left), expect_list(right))
    from hmls.lang.show import show_in_error

    kinds = f"cannot compare {type_phrase(left)} with {type_phrase(right)}; values "
    shown = f"are {show_in_error(left)} and {show_in_error(right)}"
    if type_name(left) == type_name(right):
        raise NixError(f"{kinds}of that type are incomparable (values {shown})")
    raise NixError(kinds + shown)


def _less_list(xs: list[Lazy], ys: list[Lazy]) -> bool:
    for x, y in zip(xs, ys, strict=False):
        if not equal(left := force(x), right := force(y)):
            return less_than(left, right)
    return len(xs) < len(ys)


def _is_number(value: Value) -> bool:
    return value.__class__ is int or value.__class__ is float


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
