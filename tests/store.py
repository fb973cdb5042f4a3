"""A Nix store of tests: trees at the paths where Nix would put them, and locks that name them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path

from hmls.homes.lock import source_store_path
from tests.support import write_files

HOME_MANAGER = {
    "release.json": '{ "release": "25.99" }\n',
    "flake.nix": "{ outputs = _: { }; }\n",
    "modules/modules.nix": """
        { pkgs, lib, check ? true }: [ ./git.nix ./old.nix ./home.nix ./made.nix ]
    """,
    "modules/made.nix": "args: import ./made/elsewhere.nix args\n",
    "modules/made/elsewhere.nix": """
        { lib, ... }: {
          options.home.made = lib.mkOption { type = lib.types.int; };
          config.home.made = lib.mkDefault 1;
        }
    """,
    "modules/home.nix": """
        { lib, ... }: {
          options.home.username = lib.mkOption { type = lib.types.str; };
          options.home.homeDirectory = lib.mkOption { type = lib.types.path; };
          options.home.stateVersion = lib.mkOption { type = lib.types.enum [ "24.11" "25.05" ]; };
          options.home.packages = lib.mkOption {
            type = lib.types.listOf lib.types.package;
            default = [ ];
            description = "See {option}`home.username`.";
          };
        }
    """,
    "modules/git.nix": """
        { config, lib, pkgs, ... }: {
          options.programs.gitish = {
            enable = lib.mkEnableOption "gitish";
            flavour = lib.mkOption {
              type = lib.types.enum [ "sweet" "sour" ];
              default = "sweet";
              description = "How it tastes.";
            };
            remotes = lib.mkOption {
              default = { };
              type = lib.types.attrsOf (lib.types.submodule {
                options.url = lib.mkOption { type = lib.types.str; };
              });
            };
          };
          config = lib.mkIf config.programs.gitish.enable { home.packages = [ pkgs.git ]; };
        }
    """,
    "modules/old.nix": """
        { lib, ... }: {
          imports = [
            (lib.mkRenamedOptionModule [ "programs" "gitold" ] [ "programs" "gitish" "enable" ])
            (lib.mkRemovedOptionModule [ "programs" "gone" ] "It never worked.")
          ];
        }
    """,
}
"""A Home Manager of our own, with what the real one has in kind."""


NIXPKGS = {
    "lib/.version": "25.99\n",
    "lib/modules.nix": """
        { lib }: let
          helper = { mkIf = 1; };
        in {
        mkIf = condition: content: { inherit condition content; };
        }
    """,
    "pkgs/by-name/gr/grepper/package.nix": """
        { lib, stdenv }:
        stdenv.mkDerivation (finalAttrs: {
          pname = "grepper";
          version = "1.2.3";
          meta = {
            description = "Finds lines";
            homepage = "https://example.org/grepper";
            license = with lib.licenses; [
              unlicense # or
              mit
            ];
            mainProgram = "gr";
          };
        })
    """,
    "pkgs/by-name/pa/paid/package.nix": """
        { lib, stdenv }: stdenv.mkDerivation {
          pname = "paid"; version = "2"; meta.license = lib.licenses.unfree;
        }
    """,
    "lib/licenses/licenses.nix": """
        lib: lib.mapAttrs (shortName: license: license) {
          asItIs = { fullName = "As it is"; };
          obsidionNotes = {
            fullName = "Nobody may";
            free = false;
          };
        }
    """,
    "pkgs/by-name/no/notes/package.nix": """
        { lib, stdenv }: stdenv.mkDerivation {
          pname = "notes"; version = "3"; meta.license = lib.licenses.obsidionNotes;
        }
    """,
    "pkgs/tools/older/default.nix": """
        { stdenv }: stdenv.mkDerivation rec { pname = "older"; version = "0.9"; }
    """,
    "pkgs/top-level/all-packages.nix": """
        { lib, config, overlays }:
        res: pkgs: super: with pkgs;
        {
          older = callPackage ../tools/older { };
          browser = stdenv.mkDerivation { };
          inherit (older) part;
          builtHere = stdenv.mkDerivation { pname = "x"; version = "7"; };
        }
    """,
    "pkgs/top-level/aliases.nix": """
        lib: self: super: with self; let
          gone = [ "plasmoid" ];
          mapAliases = aliases: aliases;
        in mapAliases {
          oldname = grepper; # Added 2024
        } // mapAliases (lib.genAttrs gone (name: throw "it went"))
    """,
    "pkgs/top-level/python-packages.nix": """
        self: super: with self; { snake = callPackage ../development/python/snake { }; }
    """,
    "pkgs/development/python/snake/default.nix": """
        { buildPythonPackage }: buildPythonPackage { pname = "snake"; version = "3.0"; }
    """,
    "pkgs/misc/tmux-plugins/default.nix": """
        { lib }: let mkTmuxPlugin = lib.id; in {
          sensible = mkTmuxPlugin { pluginName = "sensible"; version = "4.0"; };
        }
    """,
    "pkgs/shells/fish/plugins/default.nix": """
        { lib, newScope }: lib.makeScope newScope (self: with self; {
          done = callPackage ./done.nix { };
        })
    """,
    "pkgs/shells/fish/plugins/done.nix": """
        { buildFishPlugin }: buildFishPlugin { pname = "done"; version = "5.0"; }
    """,
    "nixos/modules/module-list.nix": "[ ./a.nix ./b.nix ]\n",
    "nixos/modules/a.nix": """
        { config, lib, pkgs, utils, ... }:
        let cfg = config.services.lamp; in {
          imports = [
            (lib.mkRenamedOptionModule [ "services" "candle" ] [ "services" "lamp" ])
            (lib.mkRenamedOptionModule [ "services" "wax" "candle" ] [ "services" "lamp" ])
            (lib.mkRemovedOptionModule [ "services" "torch" "lit" ] "It burnt.")
          ];
          options.services.lamp = {
            enable = lib.mkEnableOption "a lamp";
            package = lib.mkPackageOption pkgs "lamp" { };
            bulbs = lib.mkOption {
              type = lib.types.attrsOf (lib.types.submodule {
                options.colour = lib.mkOption { type = lib.types.enum [ "warm" "cold" ]; };
              });
              description = "What shines.";
            };
          };
          config = lib.mkIf cfg.enable { environment.systemPackages = [ cfg.package ]; };
        }
    """,
    "nixos/modules/b.nix": """
        { lib, utils, ... }: {
          options.environment.systemPackages = lib.mkOption {
            type = lib.types.listOf lib.types.package;
          };
          options.boot.unit = lib.mkOption { type = utils.types.unit; };
        }
    """,
    "nixos/lib/utils.nix": """
        { lib, config, pkgs }: { types.unit = lib.types.enum [ "a" "b" ]; }
    """,
}
"""A nixpkgs of our own: packages, and a NixOS."""


class Store:
    """A folder that stands for `/`, with a store in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, files: Mapping[str, str]) -> str:
        """Add a source tree; its narHash."""
        texts = {name: textwrap.dedent(text).lstrip("\n") for name, text in files.items()}
        fresh = self.root / "fresh"
        write_files(str(fresh), texts)
        nar_hash = nar_hash_of(fresh)
        path = self.path(nar_hash)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.rename(fresh, path)
        return nar_hash

    def path(self, nar_hash: str) -> Path:
        """Where a tree lies on disk."""
        found = source_store_path(nar_hash)
        assert found is not None
        return self.root / found.lstrip("/")


def nar_hash_of(path: Path) -> str:
    """The hash of a tree as flake.lock has it. Source: nix src/libutil/archive.cc."""
    digest = hashlib.sha256()

    def text(value: bytes) -> None:
        padding = b"\0" * (-len(value) % 8)
        digest.update(len(value).to_bytes(8, "little") + value + padding)

    def node(at: Path) -> None:
        text(b"(")
        text(b"type")
        if at.is_symlink():
            for part in (b"symlink", b"target", os.readlink(at).encode()):
                text(part)
        elif at.is_dir():
            text(b"directory")
            for entry in sorted(at.iterdir(), key=lambda entry: entry.name.encode()):
                for part in (b"entry", b"(", b"name", entry.name.encode(), b"node"):
                    text(part)
                node(entry)
                text(b")")
        else:
            text(b"regular")
            if os.access(at, os.X_OK):
                text(b"executable")
                text(b"")
            text(b"contents")
            text(at.read_bytes())
        text(b")")

    text(b"nix-archive-1")
    node(path)
    return "sha256-" + base64.b64encode(digest.digest()).decode()


def lock(inputs: Mapping[str, tuple[str, str]], **more: object) -> str:
    """A flake.lock: name → (`owner/repository`, narHash)."""
    nodes: dict[str, object] = {"root": {"inputs": {name: name for name in inputs}}}
    for name, (repository, nar_hash) in inputs.items():
        owner, repo = repository.split("/")
        nodes[name] = {
            "locked": {
                "type": "github",
                "owner": owner,
                "repo": repo,
                "narHash": nar_hash,
                "lastModified": 1_760_000_000,
            },
            "original": {"type": "github", "owner": owner, "repo": repo},
        }
    nodes.update(more)
    return json.dumps({"version": 7, "root": "root", "nodes": nodes})
