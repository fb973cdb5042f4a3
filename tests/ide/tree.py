"""A repository in a string: `#- path` starts a file, `$0` is the cursor.

Without a flake.nix of its own a tree gets one that builds alice's homes of what is there.
"""

from __future__ import annotations

import os
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hmls.homes.workspace import View, Views, Workspace
from hmls.ide.types import Place
from hmls.lang.thread import run
from tests.support import write_files

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
    "modules/home/default.nix", "homes/alice/default.nix", "homes/alice@global/default.nix",
    "homes/alice@workstation/default.nix",
)  # fmt: skip


@dataclass(frozen=True)
class Tree:
    root: str
    view: View
    path: str
    """The file with the cursor."""
    offset: int

    def shown(self, places: list[Place] | tuple[Place, ...]) -> list[str]:
        """`file: text` of each place; a whole file is its name."""
        return [self._shown(place) for place in places]

    def _shown(self, place: Place) -> str:
        name = os.path.relpath(place.path, self.root)
        source = self.view.source(place.path)
        text = b"" if source is None else source.text[place.start : place.end]
        return f"{name}: {text.decode()}" if text else name


def files_of(text: str) -> dict[str, str]:
    """The files of a tree, with the cursor in them."""
    found: dict[str, str] = {}
    for part in ("\n" + textwrap.dedent(text).strip() + "\n").split("\n#- ")[1:]:
        name, _, content = part.partition("\n")
        found[name.strip()] = content
    return found


@contextmanager
def tree(text: str) -> Iterator[Tree]:
    """The tree on disk, with a workspace that has it open. Questions go to `ask`."""
    given = files_of(text)
    files = dict(given)
    if "flake.nix" not in files:
        files["flake.nix"] = FLAKE
        for name in NEEDED:
            files.setdefault(name, "{ }\n")
        files.setdefault("systems/workstation/default.nix", "{ }\n")
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.realpath(folder)
        cursor = next((name for name in files if "$0" in files[name]), "flake.nix")
        before = files[cursor].split("$0")[0]
        write_files(root, {name: content.replace("$0", "") for name, content in files.items()})
        workspace = Workspace()
        workspace.set_folders([root])
        view = run(Views(workspace).newest)
        yield Tree(root, view, os.path.join(root, cursor), len(before.encode()))


def ask(text: str, question: Callable[[Tree], list[str]]) -> list[str]:
    """What a question gives for a tree, on the evaluation thread."""
    with tree(text) as made:
        return run(lambda: question(made))
