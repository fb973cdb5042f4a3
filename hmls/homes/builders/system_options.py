"""The few options of NixOS and nix-darwin that homes read, where nixpkgs was not read.

Source: nixpkgs nixos/modules/{config/users-groups,tasks/network-interfaces,…}.nix.
"""

from __future__ import annotations

from hmls.homes.builders.configuration import BUILT, Kind
from hmls.lang.combine import concat_strings
from hmls.lang.force import MISSING, delayed, expect_attrs, force, get
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Lazy, Primop, Unknown, Value
from hmls.modules.native import NativeModule, raw
from hmls.modules.properties import if_, override
from hmls.modules.system import ModuleSystem
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import Anything, Either
from hmls.modules.types.containers import AttrsOf, ListOf
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.places import PATH, Package
from hmls.modules.types.scalars import ATTRS, BOOL, INT, RAW, STR
from hmls.modules.types.singles import serializable
from hmls.modules.types.submodules import Submodule
from hmls.modules.types.wrappers import NullOr


def system_options(system: ModuleSystem, kind: Kind) -> Attrs:
    """A module that declares them."""
    darwin = kind == "darwin"
    options = Attrs(
        {
            "networking": Attrs(
                {
                    "hostName": _option(
                        NullOr(STR) if darwin else STR, *([None] if darwin else [])
                    ),
                    "domain": _option(NullOr(STR), None),
                }
            ),
            "nixpkgs": Attrs(
                {
                    "hostPlatform": _option(
                        Either(STR, ATTRS), apply=Primop("elaborate", 1, _elaborate)
                    ),
                    "localSystem": _option(Either(STR, ATTRS)),
                    "system": _option(STR),
                    "config": _option(Anything(), Attrs()),
                    "pkgs": _option(RAW),
                }
            ),
            "nix": Attrs({"enable": _option(BOOL, True)}),
            "system": Attrs({"stateVersion": _option(Either(STR, INT))}),
            "time": Attrs({"timeZone": _option(NullOr(STR), None)}),
            "i18n": Attrs({"defaultLocale": _option(STR, "en_US.UTF-8")}),
            "users": Attrs({"users": _option(AttrsOf(_user_type(system, darwin)), Attrs())}),
        }
    )
    return Attrs({"options": options, "config": Attrs()})


def _option(option_type: OptionType, *default: Lazy, apply: Lazy = MISSING) -> Attrs:
    made = Attrs({"_type": "option", "type": nix_view(option_type)})
    if default:
        made["default"] = default[0]
    if apply is not MISSING:
        made["apply"] = apply
    return made


def _elaborate(platform: Lazy) -> Value:
    from hmls.lang.lib.systems import host_platform

    value = force(platform)
    return host_platform(value) if isinstance(value, str) else value


def _user_type(system: ModuleSystem, darwin: bool) -> OptionType:
    package = Package(system.interp)

    def module(_interp: Interp, given: Attrs) -> Value:
        # What is defined here is taken to be so, whatever modules were not read.
        config = raw(given, "config")

        def own_name() -> Value:
            internal = get(expect_attrs(config), "_module")
            found = get(expect_attrs(get(expect_attrs(internal), "args")), "name")
            return Unknown("name", BUILT, None, "string") if found is MISSING else found

        name = delayed(own_name)

        def is_normal() -> Value:
            return get(expect_attrs(config), "isNormalUser")

        def own_home() -> Value:
            user = get(expect_attrs(config), "name")
            return concat_strings(["/home/", user]) if isinstance(user, str | Unknown) else user

        home = delayed(own_home)
        options = {
            "name": _option(STR),
            "description": _option(NullOr(STR) if darwin else STR, None if darwin else ""),
            "home": _option(NullOr(PATH) if darwin else PATH, None if darwin else "/var/empty"),
            "uid": _option(NullOr(INT), None),
            "isNormalUser": _option(BOOL, False),
            "isSystemUser": _option(BOOL, False),
            "group": _option(STR, ""),
            "extraGroups": _option(ListOf(STR), []),
            "shell": _option(NullOr(Either(package, PATH))),
            "packages": _option(ListOf(package), []),
            "createHome": _option(BOOL, False),
        }
        normal = delayed(is_normal)
        defined = Attrs({"name": override(1000, name)})
        if not darwin:
            defined["home"] = if_(normal, override(1000, home))
            defined["group"] = if_(normal, override(1000, "users"))
            defined["createHome"] = if_(normal, override(1000, True))
        return Attrs(
            {
                "freeformType": nix_view(AttrsOf(serializable("any", nullable=True), lazy=True)),
                "options": Attrs(options),
                "config": defined,
            }
        )

    return Submodule(system, [NativeModule(module, "").function()], shorthand=True)
