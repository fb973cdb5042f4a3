"""Why the two sides of a failed `assert a == b` differ, in Nix's words.

Source: nix src/libexpr/eval.cc, EvalState::assertEqValues.
"""

from __future__ import annotations

from hmls.lang.force import force, get, is_derivation, sorted_names
from hmls.lang.show import show_in_error
from hmls.lang.values import Attrs, Lazy, OpenList, Path, Unknown, Value, type_name, type_phrase


def assertion_message(left: Value, right: Value) -> str | None:
    """Why two values of an `assert a == b` differ, in Nix's words; None where it has none."""
    if isinstance(left, Unknown | OpenList) or isinstance(right, Unknown | OpenList):
        return None
    numbers = (int, float)
    if type(left) in numbers and type(right) in numbers:
        if left == right:
            return None
        if type(left) is type(right) is int:
            return (
                f"{type_phrase(left)} with value '{left}' is not equal to "
                f"{type_phrase(right)} with value '{right}'"
            )
        return (
            f"{type_phrase(left)} with value '{show_in_error(left)}' is not equal to "
            f"{type_phrase(right)} with value '{show_in_error(right)}'"
        )
    if type_name(left) != type_name(right):
        return (
            f"{type_phrase(left)} of value '{show_in_error(left)}' is not equal to "
            f"{type_phrase(right)} of value '{show_in_error(right)}'"
        )
    shown = f"'{show_in_error(left)}' is not equal to {{}} '{show_in_error(right)}'"
    match left:
        case bool():
            return None if left is right else f"boolean {shown.format('boolean')}"
        case str():
            return None if left == right else f"string {shown.format('string')}"
        case Path():
            return None if left == right else f"path {shown.format('path')}"
        case list():
            return _lists_differ(left, right)
        case Attrs():
            return _attrs_differ(left, right)
        case None:
            return None
    return "distinct functions and immediate comparisons of identical functions compare as unequal"


def _lists_differ(left: list[Lazy], right: list[Lazy]) -> str | None:
    if len(left) != len(right):
        return (
            f"list of size '{len(left)}' is not equal to list of size '{len(right)}', "
            f"left hand side is '{show_in_error(left)}', "
            f"right hand side is '{show_in_error(right)}'"
        )
    for x, y in zip(left, right, strict=True):
        message = assertion_message(force(x), force(y))
        if message is not None:
            return message
    return None


def _attrs_differ(left: Attrs, right: Attrs) -> str | None:
    if is_derivation(left) and is_derivation(right):
        return assertion_message(get(left, "outPath"), get(right, "outPath"))
    shown_left, shown_right = show_in_error(left), show_in_error(right)
    if len(left) != len(right):
        return (
            f"attribute names of attribute set '{shown_left}' differs from "
            f"attribute set '{shown_right}'"
        )
    for name in sorted_names(left):
        if name not in right:
            return (
                f"attribute name '{name}' is contained in '{shown_left}', "
                f"but not in '{shown_right}'"
            )
        message = assertion_message(get(left, name), get(right, name))
        if message is not None:
            return message
    return None
