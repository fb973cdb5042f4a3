"""lib.strings, part 5: numbers in strings.

Source: nixpkgs lib/strings.nix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hmls.lang import budget, coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import add
from hmls.lang.compare import equal
from hmls.lang.errors import Thrown
from hmls.lang.force import call, call2, expect_int, expect_string, force
from hmls.lang.lib.string_bytes import byte_length
from hmls.lang.lib.string_escapes import escape_nix_string
from hmls.lang.lib.support import assert_message, builtin
from hmls.lang.values import Lazy, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_SPACE = r"[ \t\n\v\f\r]*"
_NUMBER = re.compile(f"{_SPACE}(-?[0-9]+){_SPACE}")
_PADDED_NUMBER = re.compile(f"{_SPACE}0*(-?[0-9]+){_SPACE}")


@register.with_interp("toInt")
def to_int(interp: Interp, text: Lazy) -> Value:
    given = expect_string(text)
    match = _NUMBER.fullmatch(given)
    if match is None:
        raise _not_a_number("toInt", given)
    if re.fullmatch("0[0-9]+", match[1]):
        raise Thrown(
            f"toInt: Ambiguity in interpretation of {escape_nix_string(given)} between octal and "
            "zero padded integer."
        )
    return _parsed(interp, "toInt", given, match[1])


@register.with_interp("toIntBase10")
def to_int_base_10(interp: Interp, text: Lazy) -> Value:
    given = expect_string(text)
    match = _PADDED_NUMBER.fullmatch(given)
    if match is None:
        raise _not_a_number("toIntBase10", given)
    if not match[1].strip("0"):
        return 0
    return _parsed(interp, "toIntBase10", given, match[1])


def _parsed(interp: Interp, name: str, given: str, digits: str) -> int:
    number = call(builtin(interp, "fromJSON"), digits)
    if not isinstance(number, int):
        raise _not_a_number(name, given)
    return number


def _not_a_number(name: str, given: str) -> Thrown:
    return Thrown(f"{name}: Could not convert {escape_nix_string(given)} to int.")


@register("fixedWidthString")
def fixed_width_string(width: Lazy, filler: Lazy, text: Lazy) -> Value:
    wanted, given = expect_int(width), coerce.coerce_copying(text)
    length = byte_length(given)
    filled: Value = ""
    for _ in range(budget.MAX_CALL_DEPTH):
        assert_message(
            length <= wanted,
            f"fixedWidthString: requested string length ({wanted}) must not be shorter than "
            f"actual length ({length})",
        )
        if length == wanted:
            return add(filled, force(text)) if filled else force(text)
        before = coerce.coerce_copying(filler)
        if not before:
            raise budget.overflow()
        wanted -= byte_length(before)
        filled = add(filled, before)
    raise budget.overflow()


@register("fixedWidthNumber")
def fixed_width_number(width: Lazy, number: Lazy) -> Value:
    return fixed_width_string(width, "0", coerce.to_string(number))


@register.with_interp("floatToString")
def float_to_string(interp: Interp, number: Lazy) -> Value:
    text = coerce.to_string(number)
    if equal(force(number), call(builtin(interp, "fromJSON"), text)):
        return text
    return call2(builtin(interp, "warn"), f"Imprecise conversion from float to string {text}", text)
