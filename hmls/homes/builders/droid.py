"""`nix-on-droid.lib.nixOnDroidConfiguration`: a home on Android.

Source: nix-on-droid modules/home-manager.nix.
"""

from __future__ import annotations

from hmls.homes.builders.nixos import system_configuration
from hmls.lang.force import MISSING, expect_attrs, get_lazy
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Lazy, Primop, Value


def droid_configuration(interp: Interp) -> Primop:
    def build(lazy: Lazy) -> Value:
        given = expect_attrs(lazy)
        special = get_lazy(given, "extraSpecialArgs")
        renamed = Attrs(given)
        renamed["specialArgs"] = Attrs() if special is MISSING else special
        return system_configuration(interp, "droid", renamed, "activationPackage")

    return Primop("nixOnDroidConfiguration", 1, build)
