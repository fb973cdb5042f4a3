"""A layered repository in a string: what tests of features share.

    in_tree(tmp_path, '''
        #- homes/alice/default.nix
        { programs.git.enable = lib.mkDefault false; }
        #- homes/alice@workstation/default.nix
        { programs.git.en$0able = true; }
    ''', lambda tree: hover(tree.view, tree.path, tree.offset))

A `#- path` line starts a file, `$0` is the cursor (at most one in all files). A file that is a bare
set gets the arguments of a home's module in front. Without a flake.nix of its own the tree gets
FLAKE, which builds a standalone home of each user and a host of each folder in systems/; a host
layer brings its system along.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hmls.homes.knowledge import Knowledge
from hmls.homes.repository import Repository
from hmls.homes.targets import Target
from hmls.homes.workspace import View, Views, Workspace
from hmls.lang.thread import run
from tests.support import write_files

T = TypeVar("T")
CURSOR = "$0"
MODULE_ARGUMENTS = "{ config, lib, pkgs, osConfig ? null, ... }:\n"
FLAKE = """\
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { self, nixpkgs, home-manager, ... }@inputs:
    let
      lib = nixpkgs.lib;
      names = folder:
        lib.optionals (builtins.pathExists folder) (builtins.attrNames (builtins.readDir folder));
      layers = names ./homes;
      present = builtins.filter builtins.pathExists;
      users = lib.unique (map (lib.removeSuffix "@global")
        (builtins.filter (name: !lib.hasInfix "@" (lib.removeSuffix "@global" name)) layers));
      shared = present [ ./modules/home/default.nix ];
      home = user: home-manager.lib.homeManagerConfiguration {
        pkgs = nixpkgs.legacyPackages.x86_64-linux;
        extraSpecialArgs = { inherit inputs self; };
        modules = shared ++ [
          { home = {
              username = user;
              homeDirectory = lib.mkDefault "/home/${user}";
              stateVersion = lib.mkDefault "24.11";
          }; }
        ] ++ (present [ (./homes + "/${user}") (./homes + "/${user}@global") ]);
      };
      usersOf = host:
        map (lib.removeSuffix "@${host}") (builtins.filter (lib.hasSuffix "@${host}") layers);
      system = host: nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs self; };
        modules = [
          home-manager.nixosModules.home-manager
          (./systems + "/${host}")
          { home-manager.sharedModules = shared;
            home-manager.users = lib.genAttrs (usersOf host) (user: {
              imports = present [ (./homes + "/${user}") (./homes + "/${user}@${host}") ];
            });
          }
        ];
      };
    in {
      homeConfigurations = lib.genAttrs users home;
      nixosConfigurations = lib.genAttrs (names ./systems) system;
    };
}
"""


@dataclass(frozen=True)
class Tree:
    """A tree on disk, opened in a workspace."""

    root: str
    view: View
    path: str
    """The file with the cursor, or the first one."""
    offset: int
    """Of the cursor, in bytes."""

    @property
    def repository(self) -> Repository:
        return next(iter(self.view.repositories.values()))

    def target(self, name: str) -> Target:
        return next(t for t in self.repository.targets.items if t.name == name)

    def relative(self, path: str) -> str:
        return os.path.relpath(path, self.root)


def in_tree(
    folder: Path | str, text: str, ask: Callable[[Tree], T], knowledge: Knowledge | None = None
) -> T:
    """What a function on the evaluation thread says of a tree."""
    return run(lambda: ask(open_tree(folder, text, knowledge)))


def open_tree(folder: Path | str, text: str, knowledge: Knowledge | None = None) -> Tree:
    """Write a tree and open it. Call it on the evaluation thread."""
    root = os.path.realpath(folder)
    files = files_of(text)
    path, offset = _cursor(files)
    write_files(root, {name: content.replace(CURSOR, "", 1) for name, content in files.items()})
    workspace = Workspace()
    workspace.set_folders([root])
    return Tree(root, Views(workspace, knowledge).newest(), os.path.join(root, path), offset)


def files_of(text: str) -> dict[str, str]:
    """The files of a tree in a string, complete with flake and systems; `$0` is still in them."""
    parts = re.split(r"(?m)^#- (.+)\n", textwrap.dedent(text).lstrip("\n"))
    files = {
        name.strip(): _module(name.strip(), content)
        for name, content in zip(parts[1::2], parts[2::2], strict=True)
    }
    files.setdefault("flake.nix", FLAKE)
    for name in list(files):
        host = re.match(r"homes/[^/@]+@([^/]+)/", name)
        if host is not None and host.group(1) not in ("global", "droid"):
            entry = f"systems/{host.group(1)}/default.nix"
            files.setdefault(entry, f'{{ networking.hostName = "{host.group(1)}"; }}\n')
    return files


def _module(name: str, content: str) -> str:
    bare = name.endswith(".nix") and re.match(
        r"(\s*(#.*)?\n)*\s*\{\s*([\w.\"$'-]+\s*=|\})", content
    )
    is_home = name.startswith(("homes/", "modules/")) and not name.endswith("meta.nix")
    return MODULE_ARGUMENTS + content if bare and is_home else content


def _cursor(files: Mapping[str, str]) -> tuple[str, int]:
    for name, content in files.items():
        if CURSOR in content:
            return name, len(content.split(CURSOR)[0].encode())
    return next(iter(files)), 0
