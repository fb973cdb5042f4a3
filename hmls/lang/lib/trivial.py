"""lib.trivial: small functions, comparisons, warnings, numbers to texts and back.

Source: nixpkgs lib/trivial.nix. What depends on the version is in `nixpkgs_version`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.control import throw
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import as_set, concat, concat_strings, divide, multiply, subtract, update
from hmls.lang.compare import equal, less_than
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    has,
    select,
)
from hmls.lang.lib import lists
from hmls.lang.lib.pretty import pretty
from hmls.lang.lib.support import assertion, builtin, function, function2
from hmls.lang.values import Attrs, Lambda, Lazy, Primop, Thunk, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

BUILTINS = """
    pathExists readFile isBool isInt isFloat add sub mul div lessThan seq deepSeq
    genericClosure bitAnd bitOr bitXor ceil floor warn
"""
_HEX = re.compile(r"(?:0x)?([0-7]?[0-9A-Fa-f]{1,15})")


def constants(interp: Interp) -> dict[str, Lazy]:
    return {
        "pipe": delayed(lambda: call(builtin(interp, "foldl'"), function2(_apply_to))),
        "inNixShell": delayed(lambda: _in_nix_shell(interp)),
        "inPureEvalMode": delayed(
            lambda: not has(expect_attrs(interp.globals["builtins"]), "currentSystem")
        ),
    }


def _in_nix_shell(interp: Interp) -> bool:
    return not equal(call(builtin(interp, "getEnv"), "IN_NIX_SHELL"), "")


@register("id")
def identity(value: Lazy) -> Value:
    return force(value)


IDENTITY = function(force)
"""`x: x`"""


@register("const")
def const(value: Lazy, _ignored: Lazy) -> Value:
    return force(value)


def _apply_to(value: Lazy, function: Lazy) -> Value:
    return call(force(function), value)


@register("concat")
def concat_(left: Lazy, right: Lazy) -> Value:
    return concat(force(left), force(right))


@register("or")
def or_(left: Lazy, right: Lazy) -> Value:
    return expect_bool(left) or expect_bool(right)


@register("and")
def and_(left: Lazy, right: Lazy) -> Value:
    return expect_bool(left) and expect_bool(right)


@register("xor")
def xor(left: Lazy, right: Lazy) -> Value:
    return expect_bool(left) is not expect_bool(right)


@register("bitNot")
def bit_not(number: Lazy) -> Value:
    return subtract(-1, force(number))


@register("boolToString")
def bool_to_string(value: Lazy) -> Value:
    return "true" if expect_bool(value) else "false"


@register("boolToYesNo")
def bool_to_yes_no(value: Lazy) -> Value:
    return "yes" if expect_bool(value) else "no"


@register("mergeAttrs")
def merge_attrs(left: Lazy, right: Lazy) -> Value:
    # As `//` does, the right one is looked at first.
    winner = as_set(force(right))
    return update(as_set(force(left)), winner)


@register("flip")
def flip(function: Lazy, first: Lazy, second: Lazy) -> Value:
    return call2(force(function), second, first)


@register("defaultTo")
def default_to(default: Lazy, value: Lazy) -> Value:
    found = force(value)
    return force(default) if equal(found, None) else found


@register("mapNullable")
def map_nullable(function: Lazy, value: Lazy) -> Value:
    return None if equal(force(value), None) else call(force(function), value)


@register("min")
def min_(left: Lazy, right: Lazy) -> Value:
    x, y = force(left), force(right)
    return x if less_than(x, y) else y


@register("max")
def max_(left: Lazy, right: Lazy) -> Value:
    # `x > y` is `y < x`, so that the right one is looked at first.
    y, x = force(right), force(left)
    return x if less_than(y, x) else y


@register("mod")
def mod(base: Lazy, number: Lazy) -> Value:
    x, y = force(base), force(number)
    return subtract(x, multiply(y, divide(x, y)))


@register("compare")
def compare(left: Lazy, right: Lazy) -> Value:
    return compare_values(force(left), force(right))


def compare_values(left: Value, right: Value) -> int:
    """-1, 0 or 1 as the left is smaller, as large or larger."""
    if less_than(left, right):
        return -1
    return 1 if less_than(right, left) else 0


@register("splitByAndCompare")
def split_by_and_compare(predicate: Lazy, yes: Lazy, no: Lazy) -> Value:
    def compare_split(left: Lazy, right: Lazy) -> Value:
        if expect_bool(call(force(predicate), left)):
            if expect_bool(call(force(predicate), right)):
                return call2(force(yes), left, right)
            return -1
        if expect_bool(call(force(predicate), right)):
            return 1
        return call2(force(no), left, right)

    return function2(compare_split)


@register.with_interp("importJSON")
def import_json(interp: Interp, path: Lazy) -> Value:
    return call(builtin(interp, "fromJSON"), _content(interp, path))


@register.with_interp("importTOML")
def import_toml(interp: Interp, path: Lazy) -> Value:
    return call(builtin(interp, "fromTOML"), _content(interp, path))


def _content(interp: Interp, path: Lazy) -> Thunk:
    return delayed(lambda: call(builtin(interp, "readFile"), path))


@register.with_interp("warnIf")
def warn_if(interp: Interp, condition: Lazy, message: Lazy) -> Value:
    return call(builtin(interp, "warn"), message) if expect_bool(condition) else IDENTITY


@register.with_interp("warnIfNot")
def warn_if_not(interp: Interp, condition: Lazy, message: Lazy) -> Value:
    return IDENTITY if expect_bool(condition) else call(builtin(interp, "warn"), message)


@register("throwIfNot")
def throw_if_not(condition: Lazy, message: Lazy) -> Value:
    if expect_bool(condition):
        return IDENTITY
    return throw(message)


@register("throwIf")
def throw_if(condition: Lazy, message: Lazy) -> Value:
    return throw(message) if expect_bool(condition) else IDENTITY


@register("checkListOfEnum")
def check_list_of_enum(message: Lazy, valid: Lazy, given: Lazy) -> Value:
    unexpected = lists.subtract_lists(valid, given)
    if equal(unexpected, []):
        return IDENTITY
    raise Thrown(
        f"{coerce.interpolate(force(message))}: {_enumerated(unexpected)} unexpected; "
        f"valid ones: {_enumerated(force(valid))}"
    )


def _enumerated(items: Value) -> str:
    return ", ".join([coerce.to_string(item) for item in expect_list(items)])


@register.with_interp("info")
def info(interp: Interp, message: Lazy) -> Value:
    text = delayed(lambda: concat_strings(["INFO: ", force(message)]))
    return call(builtin(interp, "trace"), text)


@register.with_interp("showWarnings")
def show_warnings(interp: Interp, warnings: Lazy, result: Lazy) -> Value:
    return lists.foldr(builtin(interp, "warn"), result, warnings)


@register("setFunctionArgs")
def set_function_args(function: Lazy, arguments: Lazy) -> Value:
    return _with_arguments(function, arguments)


def _with_arguments(python: Lazy, arguments: Lazy) -> Attrs:
    return Attrs({"__functor": function(lambda _self: force(python)), "__functionArgs": arguments})


@register.with_interp("functionArgs")
def function_args(interp: Interp, function: Lazy) -> Value:
    value = force(function)
    if isinstance(value, Attrs) and has(value, "__functor"):
        declared = get(value, "__functionArgs")
        if declared is not MISSING:
            return declared
        return call(builtin(interp, "functionArgs"), call(get(value, "__functor"), value))
    return call(builtin(interp, "functionArgs"), value)


@register("isFunction")
def is_function(value: Lazy) -> Value:
    return is_applicable(force(value))


def is_applicable(value: Value) -> bool:
    """`lib.isFunction`: a function, or a set with a functor that gives one. Raises Unknowable."""
    if isinstance(value, Lambda | Primop):
        return True
    if isinstance(value, Attrs) and has(value, "__functor"):
        return is_applicable(call(get(value, "__functor"), value))
    if isinstance(value, Unknown) and value.kind in (None, "set", "lambda"):
        raise Unknowable(value)
    return False


@register.with_interp("mirrorFunctionArgs")
def mirror_function_args(interp: Interp, original: Lazy) -> Value:
    arguments = delayed(lambda: function_args(interp, original))
    return function(lambda mirror: _with_arguments(mirror, arguments))


@register("toFunction")
def to_function(value: Lazy) -> Value:
    found = force(value)
    return found if is_applicable(found) else function(lambda _ignored: found)


@register.with_interp("fromHexString")
def from_hex_string(interp: Interp, text: Lazy) -> Value:
    string = expect_string(text)
    match = _HEX.fullmatch(string)
    if match is not None:
        return int(match[1], 16)
    shown = coerce.to_string(pretty(string))
    complaint = f"fromHexString: {shown} is not a valid input and will be rejected in 26.05"
    call2(builtin(interp, "warn"), complaint, True)
    digits = "".join([c.lower() if c.isascii() else c for c in string]).removeprefix("0x")
    return select(expect_attrs(call(builtin(interp, "fromTOML"), f"v=0x{digits}")), "v")


@register("toHexString")
def to_hex_string(number: Lazy) -> Value:
    return "".join([_hex_digit(digit) for digit in _digits(16, force(number))])


def _hex_digit(digit: int) -> str:
    return "0123456789ABCDEF"[digit]


@register("toBaseDigits")
def to_base_digits(base: Lazy, number: Lazy) -> Value:
    return _digits(force(base), force(number))


def _digits(base: Value, number: Value) -> list[int]:
    """The digits of a number, the most significant first."""
    for value, name in ((base, "base"), (number, "i")):
        if isinstance(value, Unknown):
            raise Unknowable(value)
        assertion(value.__class__ is int, f"(isInt {name})")
    assertion(base >= 2, "(! (__lessThan base 2))")
    assertion(number >= 0, "(! (__lessThan i 0))")
    digits = [number % base]
    while number >= base:
        number //= base
        digits.append(number % base)
    return digits[::-1]
