"""lib.kernel: settings of a Linux kernel's configuration. Source: nixpkgs lib/kernel.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.force import call, call2, delayed, expect_bool, force
from hmls.lang.lib.support import function, library
from hmls.lang.values import Attrs, Lazy, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


def constants(_interp: Interp) -> dict[str, Lazy]:
    states = {"yes": "y", "no": "n", "module": "m", "unset": None}
    return {name: Attrs({"tristate": state, "optional": False}) for name, state in states.items()}


@register("option")
def option(setting: Lazy) -> Value:
    return update(force(setting), Attrs({"optional": True}))


@register("freeform")
def freeform(value: Lazy) -> Value:
    return Attrs({"freeform": value, "optional": False})


@register.with_interp("whenHelpers")
def when_helpers(interp: Interp, version: Lazy) -> Value:
    """`mkIf` of conditions on a kernel's version."""

    def holds(name: str, other: Lazy) -> bool:
        return expect_bool(call2(library(interp, "strings", name), version, other))

    def mk_if(condition: Lazy) -> Value:
        return call(library(interp, "modules", "mkIf"), condition)

    def between(low: Lazy) -> Value:
        return function(
            lambda high: mk_if(
                delayed(lambda: holds("versionAtLeast", low) and holds("versionOlder", high))
            )
        )

    return Attrs(
        {
            "whenAtLeast": function(lambda v: mk_if(delayed(lambda: holds("versionAtLeast", v)))),
            "whenOlder": function(lambda v: mk_if(delayed(lambda: holds("versionOlder", v)))),
            "whenBetween": function(between),
        }
    )
