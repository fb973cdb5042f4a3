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


def test_meta_has_what_nixpkgs_declares(tmp_path: Path) -> None:
    """Nixpkgs nixos/modules/misc/meta.nix: `meta.doc` has no value, and Nix fails without it."""
    text = """
        #- homes/alice/default.nix
        { lib, ... }: { meta = lib.mkForce { }; }
    """
    assert _asked(tmp_path, text, "meta") == (False, "own-module")
