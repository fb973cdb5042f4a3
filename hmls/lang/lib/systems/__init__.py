"""lib.systems: platforms, and what is known of them.

Source: nixpkgs lib/systems.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.compare import equal
from hmls.lang.force import expect_attrs, force, select
from hmls.lang.lib.support import members
from hmls.lang.lib.systems import architectures, parse, platforms, predicates
from hmls.lang.lib.systems.elaborate import FUNCTION_NAMES, elaborate
from hmls.lang.values import Attrs, Lazy, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


@cache
def host_platform(system: str) -> Attrs:
    """`stdenv.hostPlatform` of a native system such as `x86_64-linux`.

    Raises NixError for a string that is no system.
    """
    return elaborate(system)


def constants(interp: Interp) -> dict[str, Lazy]:
    """The members that are no functions."""
    return {
        "architectures": members("lib.systems.architectures", architectures, interp),
        "doubles": Attrs(platforms.doubles(interp)),
        "examples": platforms.examples(),
        "flakeExposed": list(platforms.FLAKE_EXPOSED),
        "functionNames": list(FUNCTION_NAMES),
        "inspect": members("lib.systems.inspect", predicates, interp),
        "parse": members("lib.systems.parse", parse, interp),
        "platforms": members("lib.systems.platforms", platforms, interp),
    }


@register("elaborate")
def elaborate_(system: Lazy) -> Value:
    return elaborate(system)


@register("equals")
def equals(left: Lazy, right: Lazy) -> Value:
    a, b = (select(expect_attrs(side), "_withoutFunctions") for side in (left, right))
    return equal(a, b)


@register("systemToAttrs")
def system_to_attrs(system: Lazy) -> Value:
    value = force(system)
    return value if isinstance(value, Attrs) else Attrs({"system": value})
