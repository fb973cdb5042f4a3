"""lib.asserts: assertions with messages.

Source: nixpkgs lib/asserts.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.control import throw
from hmls.lang.builtins.lists import elem
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import concat_strings
from hmls.lang.force import expect_attrs, expect_bool, expect_list, force, select
from hmls.lang.lib.lists import foldr
from hmls.lang.lib.pretty import pretty
from hmls.lang.lib.support import builtin
from hmls.lang.values import Lazy, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


@register("assertMsg")
def assert_msg(condition: Lazy, message: Lazy) -> Value:
    return True if expect_bool(condition) else throw(message)


@register("assertOneOf")
def assert_one_of(name: Lazy, value: Lazy, allowed: Lazy) -> Value:
    if elem(value, allowed):
        return True
    return throw(
        concat_strings(
            [force(name), " must be one of ", pretty(allowed), ", but is: ", pretty(value)]
        )
    )


@register("assertEachOneOf")
def assert_each_one_of(name: Lazy, values: Lazy, allowed: Lazy) -> Value:
    missing = [value for value in expect_list(values) if not elem(value, allowed)]
    if not missing:
        return True
    start = ["each element in ", force(name), " must be one of "]
    return throw(concat_strings([*start, pretty(allowed), ", but is: ", pretty(values)]))


@register.with_interp("checkAssertWarn")
def check_assert_warn(interp: Interp, assertions: Lazy, warnings: Lazy, value: Lazy) -> Value:
    failed = [
        select(expect_attrs(one), "message")
        for one in expect_list(assertions)
        if not expect_bool(select(expect_attrs(one), "assertion"))
    ]
    if not failed:
        return foldr(builtin(interp, "warn"), value, warnings)
    lines = [part for message in failed for part in ("\n- ", message)]
    return throw(concat_strings(["\nFailed assertions:", *lines]))
