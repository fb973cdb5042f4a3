"""`nix-on-droid.lib.nixOnDroidConfiguration`: a home on Android.

Source: nix-on-droid modules/{default,user,home-manager}.nix.
"""

from __future__ import annotations

from hmls.homes.builders.configuration import Environment, environment_of
from hmls.homes.builders.home_manager import (
    HomeSubmodule,
    Release,
    option_of_system,
)
from hmls.homes.builders.nixos import system_configuration
from hmls.lang.force import MISSING, delayed, expect_attrs, force, get_lazy
from hmls.lang.interp import Interp
from hmls.lang.lib.string_names import version_at_least
from hmls.lang.values import Attrs, Lazy, Primop, Unknown, Value
from hmls.modules.native import NativeModule, raw
from hmls.modules.types.base import OptionType
from hmls.modules.types.containers import ListOf
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.places import PATH
from hmls.modules.types.scalars import ATTRS, BOOL, INT, RAW, STR
from hmls.modules.types.wrappers import NullOr

HOME = "/data/data/com.termux.nix/files/home"


def droid_configuration(interp: Interp, release: Release) -> Primop:
    """The builder, with the Home Manager that nix-on-droid brings."""

    def build(lazy: Lazy) -> Value:
        given = expect_attrs(lazy)
        special = get_lazy(given, "extraSpecialArgs")
        modules = get_lazy(given, "modules")
        own = NativeModule(
            lambda _i, arguments: _module(interp, release, arguments), "nix-on-droid"
        )
        renamed = Attrs(given, given.positions)
        renamed["specialArgs"] = Attrs() if special is MISSING else special
        renamed["modules"] = [
            Attrs({"imports": [] if modules is MISSING else modules}),
            own.function(),
        ]
        return system_configuration(interp, "droid", renamed)

    return Primop("nixOnDroidConfiguration", 1, build)


class DroidHome(HomeSubmodule):
    """The type of `home-manager.config`: the home of the device's only user."""

    def special(self) -> dict[str, Lazy]:
        return {}

    def from_system(self, config: Lazy, _name: str) -> Attrs:
        external = option_of_system(config, "home-manager", "useUserPackages")
        support = Attrs({"enable": True, "externalPackageInstall": external})
        home = Attrs(
            {
                "username": option_of_system(config, "user", "userName"),
                "homeDirectory": option_of_system(config, "user", "home"),
            }
        )
        return Attrs({"submoduleSupport": support, "home": home})


def _module(interp: Interp, release: Release, arguments: Attrs) -> Attrs:
    """The options of a device that homes read, and those of its home."""
    environment: Environment = environment_of(interp)
    certain = raw(arguments, "config")

    def has_user_packages() -> Value:
        version = force(option_of_system(certain, "system", "stateVersion"))
        if isinstance(version, Unknown):
            return version.at(None, "bool")
        return version_at_least(version, "20.09")

    home_manager = {
        "config": _option(NullOr(DroidHome(environment, release, arguments)), None),
        "extraSpecialArgs": _option(ATTRS, Attrs()),
        "sharedModules": _option(ListOf(RAW), []),
        "backupFileExtension": _option(NullOr(STR), None),
        "useGlobalPkgs": _option(BOOL, False),
        "useUserPackages": _option(BOOL, delayed(has_user_packages)),
    }
    user = {
        "group": _option(STR, "nix-on-droid"),
        "gid": _option(INT),
        "home": Attrs({**_option(PATH), "readOnly": True}),
        "shell": _option(PATH),
        "userName": _option(STR, "nix-on-droid"),
        "uid": _option(INT),
    }
    return Attrs(
        {
            "key": "inputs.nix-on-droid/modules",
            "options": Attrs(
                {
                    "home-manager": Attrs(home_manager),
                    "user": Attrs(user),
                    "system": Attrs({"stateVersion": _option(STR)}),
                    "time": Attrs({"timeZone": _option(NullOr(STR), None)}),
                }
            ),
            "config": Attrs({"user": Attrs({"home": HOME})}),
        }
    )


def _option(option_type: OptionType, *default: Lazy) -> Attrs:
    made = Attrs({"_type": "option", "type": nix_view(option_type)})
    if default:
        made["default"] = default[0]
    return made
