"""Numbers, and the versions of packages. Source: nix primops.cc, libstore/names.cc."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import zip_longest

from hmls.lang import combine
from hmls.lang.builtins.arguments import known
from hmls.lang.builtins.registry import Registry
from hmls.lang.compare import less_than
from hmls.lang.errors import NixError
from hmls.lang.force import expect_int, expect_plain_string, force, wrong_type
from hmls.lang.show import show_number
from hmls.lang.values import Attrs, Lazy, Value

register = Registry()
_COMPONENT = re.compile(r"[0-9]+|[^0-9.-]+")
_MAX_C_INT = 2**31 - 1


@register("add")
def add(left: Lazy, right: Lazy) -> Value:
    """For numbers only, other than the operator."""
    x, y = known(force(left)), known(force(right))
    floating = x.__class__ is float or y.__class__ is float
    for value in (x, y):
        if value.__class__ is not int and value.__class__ is not float:
            wrong_type("a float" if floating else "an integer", value)
    return combine.add(x, y)


@register("sub")
def sub(left: Lazy, right: Lazy) -> Value:
    return combine.subtract(force(left), force(right))


@register("mul")
def mul(left: Lazy, right: Lazy) -> Value:
    return combine.multiply(force(left), force(right))


@register("div")
def div(left: Lazy, right: Lazy) -> Value:
    return combine.divide(force(left), force(right))


@register("lessThan")
def less_than_(left: Lazy, right: Lazy) -> Value:
    return less_than(force(left), force(right))


@register("bitAnd")
def bit_and(left: Lazy, right: Lazy) -> Value:
    return expect_int(left) & expect_int(right)


@register("bitOr")
def bit_or(left: Lazy, right: Lazy) -> Value:
    return expect_int(left) | expect_int(right)


@register("bitXor")
def bit_xor(left: Lazy, right: Lazy) -> Value:
    return expect_int(left) ^ expect_int(right)


@register("ceil")
def ceil(number: Lazy) -> Value:
    return _rounded(number, math.ceil)


@register("floor")
def floor(number: Lazy) -> Value:
    return _rounded(number, math.floor)


def _rounded(number: Lazy, rounding: Callable[[float], int]) -> int:
    """Integers go through a float, and are an error where that changes them."""
    value = force(number)
    if value.__class__ is not int and value.__class__ is not float:
        return wrong_type("a float", value)
    result = rounding(float(value)) if math.isfinite(value) else None
    if result is None or not -(2**63) <= result < 2**63:
        if value.__class__ is float:
            shown = show_number(value)
            raise NixError(f"NixFloat argument {shown} is not in the range of NixInt")
        raise NixError(
            f"{_ISSUE} the NixInt argument {value} caused undefined behavior{_PREVIOUS}."
        )
    if value.__class__ is int and result != value:
        raise NixError(
            f"{_ISSUE} a loss of precision occurred{_PREVIOUS} because the NixInt argument "
            f"{value} was rounded to {result}."
        )
    return result


_ISSUE = "Due to a bug (see https://github.com/NixOS/nix/issues/12899)"
_PREVIOUS = " in previous Nix versions"


@register("parseDrvName")
def parse_drv_name(name: Lazy) -> Value:
    """The version begins after the first dash that no letter follows."""
    text = expect_plain_string(name)
    match = re.search(r"-(?=[^A-Za-z])", text, re.DOTALL)
    if match is None:
        return Attrs({"name": text, "version": ""})
    return Attrs({"name": text[: match.start()], "version": text[match.end() :]})


@register("splitVersion")
def split_version(version: Lazy) -> Value:
    return version_components(expect_plain_string(version))


@register("compareVersions")
def compare_versions(left: Lazy, right: Lazy) -> Value:
    return version_order(expect_plain_string(left), expect_plain_string(right))


def version_components(version: str) -> list[str]:
    return _COMPONENT.findall(version)


def version_order(left: str, right: str) -> int:
    """-1, 0 or 1 as a version is older than another, equal, or newer."""
    if left == right:
        return 0
    pairs = zip_longest(version_components(left), version_components(right), fillvalue="")
    for x, y in pairs:
        if _older(x, y):
            return -1
        if _older(y, x):
            return 1
    return 0


def _older(x: str, y: str) -> bool:
    left, right = _number(x), _number(y)
    if left is not None and right is not None:
        return left < right
    if x == "" and right is not None:
        return True
    if x == "pre" and y != "pre":
        return True
    if y == "pre":
        return False
    # Nix takes 2.3a to be older than 2.3.1.
    if right is not None:
        return True
    if left is not None:
        return False
    return x.encode("utf-8", "surrogateescape") < y.encode("utf-8", "surrogateescape")


def _number(component: str) -> int | None:
    """A component as a C int; one that is none, or too large, is a word."""
    if not component.isascii() or not component.isdigit():
        return None
    number = int(component)
    return number if number <= _MAX_C_INT else None
