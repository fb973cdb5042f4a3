"""A flake that was never locked: what flake.nix itself says of its inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.homes.settings import setting
from tests.trees import Tree, in_tree


def _flake(inputs: str, home: str) -> str:
    return f"""
    #- flake.nix
    {{
      inputs.home-manager.url = "github:nix-community/home-manager";
      {inputs}
      outputs = {{ nixpkgs, home-manager, ... }}@inputs: {{
        homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {{ {home} }};
      }};
    }}
    #- options.nix
    {{ lib, pkgs, ... }}: {{
      options.on = lib.mkOption {{ type = lib.types.str; default = pkgs.stdenv.system; }};
    }}
    #- own/flake.nix
    {{ outputs = _: {{ name = "own 🎉"; }}; }}
    """


@pytest.mark.parametrize(
    ("url", "packages"),
    [
        ("github:NixOS/nixpkgs", "import nixpkgs { system = SYSTEM; }"),
        ("github:NixOS/nixpkgs", "import nixpkgs { system = SYSTEM; overlays = [ (_: _: { }) ]; }"),
        ("github:NixOS/nixpkgs", "nixpkgs.legacyPackages.${SYSTEM}.extend (_: _: { })"),
        ("github:NixOS/nixpkgs", "nixpkgs.legacyPackages.${SYSTEM}.appendOverlays [ ]"),
        ("nixpkgs/nixos-unstable", "nixpkgs.legacyPackages.${SYSTEM}"),
        ("flake:nixpkgs", "import nixpkgs { system = SYSTEM; }"),
    ],
)
def test_the_packages_have_their_platform(tmp_path: Path, url: str, packages: str) -> None:
    home = f"pkgs = {packages}; modules = [ ./options.nix ];".replace("SYSTEM", '"aarch64-linux"')
    tree = _flake(f'inputs.nixpkgs.url = "{url}";', home)
    assert _value(tmp_path, tree, "on") == "aarch64-linux"


@pytest.mark.parametrize("url", ["path:./own", "./own"])
def test_an_input_in_the_flake_itself_is_read(tmp_path: Path, url: str) -> None:
    inputs = f'inputs.nixpkgs.url = "nixpkgs"; inputs.own.url = "{url}";'
    module = "modules = [ ./options.nix { on = inputs.own.name; } ]"
    tree = _flake(inputs, f"pkgs = nixpkgs.legacyPackages.x86_64-linux; {module};")
    assert _value(tmp_path, tree, "on") == "own 🎉"


def _value(folder: Path, text: str, path: str) -> object:
    def ask(tree: Tree) -> object:
        found = setting(tree.repository, tree.target("alice"), (path,))
        assert found is not None
        assert found.known, found
        return found.value

    return in_tree(folder, text, ask, Catalogued())
