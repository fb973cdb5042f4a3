"""`nix-darwin.lib.darwinSystem`. Source: nix-darwin eval-config.nix."""

from __future__ import annotations

from hmls.homes.builders.nixos import system_configuration
from hmls.lang.force import expect_attrs
from hmls.lang.interp import Interp
from hmls.lang.values import Primop


def darwin_system(interp: Interp, source: str | None = None) -> Primop:
    return Primop(
        "darwinSystem",
        1,
        lambda given: system_configuration(interp, "darwin", expect_attrs(given), source),
    )
