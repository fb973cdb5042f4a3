"""Questions to a repository in a string (see tests.trees), with a flake that passes arguments."""

from __future__ import annotations

import os
import tempfile
import textwrap
from collections.abc import Callable, Iterable
from typing import TypeVar

from hmls.ide.types import Place
from tests.trees import Tree, in_tree

T = TypeVar("T")
FLAKE = """
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { self, nixpkgs, home-manager, ... }@inputs: {
    homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      extraSpecialArgs = { inherit inputs self; colour = "red"; };
      modules = [ ./modules/home ./homes/alice (./homes + "/alice@global") ];
    };
    nixosConfigurations.workstation = nixpkgs.lib.nixosSystem {
      specialArgs = { inherit inputs; };
      modules = [
        home-manager.nixosModules.home-manager
        ./systems/workstation
        {
          users.users.alice.isNormalUser = true;
          home-manager.sharedModules = [ ./modules/home ];
          home-manager.extraSpecialArgs = { inherit inputs; colour = "blue"; };
          home-manager.users.alice.imports = [
            ./homes/alice
            (./homes + "/alice@workstation")
          ];
        }
      ];
    };
  };
}
"""
NEEDED = (
    "modules/home", "homes/alice", "homes/alice@global", "homes/alice@workstation",
    "systems/workstation",
)  # fmt: skip


def ask(text: str, question: Callable[[Tree], T]) -> T:
    """What a question gives for a tree, on the evaluation thread."""
    text = textwrap.dedent(text).strip() + "\n"
    if "#- flake.nix" not in text:
        text += f"#- flake.nix\n{FLAKE}"
        for folder in NEEDED:
            if f"#- {folder}/default.nix" not in text:
                text += f"#- {folder}/default.nix\n{{ }}\n"
    with tempfile.TemporaryDirectory() as folder:
        return in_tree(folder, text, question)


def shown(tree: Tree, places: Iterable[Place]) -> list[str]:
    """`file: text` of each place; a whole file is its name."""
    return [_shown(tree, place) for place in places]


def _shown(tree: Tree, place: Place) -> str:
    name = os.path.relpath(place.path, tree.root)
    source = tree.view.source(place.path)
    text = b"" if source is None else source.text[place.start : place.end]
    return f"{name}: {text.decode()}" if text else name
