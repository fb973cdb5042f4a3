"""What Nix cannot have where something fails that a text beside it is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.homes.settings import setting
from tests.trees import Tree, in_tree

_OPTIONS = """
    #- homes/alice/default.nix
    { config, lib, pkgs, ... }: {
      options.both = lib.mkOption { type = lib.types.str; };
      options.own = lib.mkOption { type = lib.types.attrsOf lib.types.str; };
      config.both = lib.mkMerge [ "a" "SECOND" ];
      config.home.sessionVariables.A = config.both;
      config.own.beside = "x";
      config.own.text = lib.mkMerge [ TEXT ];
    }
"""


def _asked(folder: Path, text: str, *path: str) -> tuple[bool, object]:
    def ask(tree: Tree) -> tuple[bool, object]:
        found = setting(tree.repository, tree.target("alice"), path)
        assert found is not None
        return found.known, found.value if found.known else found.kind

    return in_tree(folder, text, ask, Catalogued())


@pytest.mark.parametrize(
    "text",
    [
        '"${pkgs.writeText "x" config.both}"',
        '(lib.getExe (pkgs.writeShellScriptBin "x" "echo ${config.both}"))',
        '"${(pkgs.formats.json { }).generate "x" { a = [ config.both ]; }}"',
        '(let f = pkgs.writeText "x"; in "${f config.both}")',
        '(lib.mkIf ("${pkgs.writeText "x" config.both}" == "") "x")',
        '"${pkgs.writeText "x" config.both}" (lib.mkForce "won")',
        '"${config.home.path}" ',
    ],
)
def test_a_text_that_names_what_fails_hides_its_neighbours(tmp_path: Path, text: str) -> None:
    """The path of a file is made of its text, so Nix cannot tell the one without the other."""
    home = _OPTIONS.replace("TEXT", text)
    failing = home.replace("SECOND", "b")
    assert _asked(tmp_path / "fails", failing, "own", "beside") == (False, "may-fail")
    sound = home.replace("SECOND", "a")
    assert _asked(tmp_path / "sound", sound, "own", "beside") == (True, "x")


@pytest.mark.parametrize(
    ("defined", "path"),
    [
        ("meta = lib.mkForce { };", "meta"),
        ("meta.doc = lib.mkForce ./doc.md;", "meta.doc"),
        ("meta.buildDocsInSandbox = lib.mkForce false;", "meta.buildDocsInSandbox"),
        ("meta.maintainers = lib.mkForce [ ];", "meta.maintainers"),
        (
            "home.username = toString (config.meta.doc == [ ]);",
            "home.username",
        ),
        ("home.username = builtins.toJSON config.meta.maintainers;", "home.username"),
    ],
)
def test_meta_is_made_of_files_of_nixpkgs(tmp_path: Path, defined: str, path: str) -> None:
    """Nixpkgs nixos/modules/misc/meta.nix: `meta.doc` has no value, and the others name files."""
    text = f"""
        #- homes/alice/default.nix
        {{ lib, config, ... }}: {{ {defined} }}
        #- homes/alice/doc.md
    """
    assert not _asked(tmp_path, text, *path.split("."))[0]


def test_an_option_of_ones_own_stands_beside_what_nixpkgs_declares_in_meta(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { lib, ... }: {
          options.meta.own = lib.mkOption { };
          config.meta.own = lib.mkForce "x";
        }
    """
    assert _asked(tmp_path, text, "meta", "own") == (True, "x")
