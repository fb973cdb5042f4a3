"""Homes that nix-on-droid deploys, as the flake builds them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.homes.settings import setting
from tests.trees import Tree, in_tree

_FLAKE = """
#- flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  inputs.nix-on-droid.url = "github:nix-community/nix-on-droid";
  outputs = { nixpkgs, nix-on-droid, ... }: {
    nixOnDroidConfigurations.DEVICE = nix-on-droid.lib.nixOnDroidConfiguration {
      pkgs = import nixpkgs { system = "aarch64-linux"; };
      modules = [
        ({ config, ... }: { SYSTEM })
      ];
    };
  };
}
#- modules/home/default.nix
{ options.my.text = lib.mkOption { type = lib.types.str; default = "none"; }; }
#- homes/alice@droid/default.nix
{ my.text = config.home.username; home.stateVersion = "24.05"; }
"""
_SYSTEM = """
  system.stateVersion = "24.05";
  home-manager = {
    config = ./homes + "/alice@droid";
    extraSpecialArgs.isDroid = true;
    sharedModules = [ ./modules/home ];
  };
"""


def _ask(folder: Path, path: str, system: str = _SYSTEM, device: str = "default") -> str:
    def ask(tree: Tree) -> str:
        target = tree.target("alice@droid")
        assert target.by_convention is None
        found = setting(tree.repository, target, tuple(path.split(".")))
        assert found is not None
        return json.dumps(found.value) if found.known else f"unknown: {found.reason}"

    text = _FLAKE.replace("DEVICE", device).replace("SYSTEM", system)
    return in_tree(folder, text, ask, Catalogued())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("home.username", '"nix-on-droid"'),
        ("home.homeDirectory", '"/data/data/com.termux.nix/files/home"'),
        ("my.text", '"nix-on-droid"'),
        ("home.profileDirectory", '"/etc/profiles/per-user/nix-on-droid"'),
    ],
)
@pytest.mark.parametrize("device", ["default", "alice"])
def test_the_device_says_who_and_where(tmp_path: Path, path: str, value: str, device: str) -> None:
    assert _ask(tmp_path, path, device=device) == value


def test_own_user_name_and_packages_of_the_profile(tmp_path: Path) -> None:
    system = _SYSTEM + 'user.userName = "ann"; home-manager.useUserPackages = false;'
    assert _ask(tmp_path / "a", "my.text", system) == '"ann"'
    assert _ask(tmp_path / "b", "home.profileDirectory", system).startswith("unknown: ")


def test_special_arguments(tmp_path: Path) -> None:
    home = "{ imports = [ ({ isDroid, ... }: { my.text = toString isDroid; }) ]; }"
    system = _SYSTEM.replace('./homes + "/alice@droid"', home)
    assert _ask(tmp_path, "my.text", system) == '"1"'


def test_a_device_without_a_home_is_no_target(tmp_path: Path) -> None:
    text = _FLAKE.replace("DEVICE", "default").replace("SYSTEM", "")
    names = in_tree(tmp_path, text, lambda tree: [t.name for t in tree.repository.targets.items])
    assert names == []


def test_unknown_modules_leave_it_to_the_layout(tmp_path: Path) -> None:
    text = _FLAKE.replace("DEVICE", "alice").replace("SYSTEM", "imports = throw ''no'';")

    def why(tree: Tree) -> str | None:
        return tree.target("alice@droid").by_convention

    assert "does not evaluate: no" in str(in_tree(tmp_path, text, why))
