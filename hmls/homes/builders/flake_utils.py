"""The functions of flake-utils that make outputs for each system. Source: flake-utils lib.nix."""

from __future__ import annotations

from hmls.lang.force import call, expect_attrs, expect_list, expect_string, force, names
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Lazy, Primop, Value

_DEFAULT = ["aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"]


def functions(_interp: Interp) -> dict[str, Lazy]:
    return {
        "defaultSystems": list(_DEFAULT),
        "eachSystem": Primop("eachSystem", 2, _each_system),
        "eachDefaultSystem": Primop("eachDefaultSystem", 1, lambda f: _each_system(_DEFAULT, f)),
        "eachSystemPassThrough": Primop("eachSystemPassThrough", 2, _pass_through),
        "eachDefaultSystemPassThrough": Primop(
            "eachDefaultSystemPassThrough", 1, lambda f: _pass_through(_DEFAULT, f)
        ),
        "allSystems": list(_DEFAULT),
        "system": Attrs({system: system for system in _DEFAULT}),
    }


def _each_system(systems: Lazy, function: Lazy) -> Value:
    """`{ packages = …; }` for each system becomes `{ packages.<system> = …; }`."""
    made: dict[str, Attrs] = {}
    for lazy in expect_list(systems):
        system = expect_string(lazy)
        outputs = expect_attrs(call(force(function), system))
        for name in names(outputs):
            made.setdefault(name, Attrs())[system] = outputs[name]
    return Attrs(made)


def _pass_through(systems: Lazy, function: Lazy) -> Value:
    made = Attrs()
    for lazy in expect_list(systems):
        made.update(expect_attrs(call(force(function), lazy)))
    return made
