"""Modules that are called only when needed say what they would say if all were called."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from hmls.homes.settings import Setting, setting, settings
from hmls.lang.errors import NixError, Unknowable
from hmls.modules import collect
from tests.trees import FLAKE, Tree, in_tree

_TREE = """
    #- modules/home/default.nix
    { imports = map (name: ./. + "/${name}") (builtins.filter (name: name != "default.nix")
        (builtins.attrNames (builtins.readDir ./.))); }
    #- modules/home/options.nix
    { config, lib, ... }:
    with lib;
    {
      options.my = {
        enable = mkEnableOption "it" // { default = true; };
        level = mkOption { type = types.int; default = 1; };
        names = mkOption { type = types.listOf types.str; default = [ ]; };
        any = mkOption { type = types.attrsOf types.anything; default = { }; };
        strict = mkOption { type = types.str; };
      };
      options.home.packages = mkOption { type = types.listOf types.raw; };
      config = mkIf config.my.enable { my.names = [ "wrong" ]; };
    }
    #- modules/home/marks.nix
    { config, lib, ... }:
    with lib;
    {
      config = mkMerge [
        (mkIf config.my.enable { my.names = mkBefore [ "first" ]; my.level = mkDefault 2; })
        (mkIf (!config.my.enable) { my.names = [ "never" ]; my.any.never = 1; })
        (mkIf (config.my.level > 2) (mkMerge [ { my.any.high = true; } { my.any."a b".c = 1; } ]))
        { my.any = { f = { g = { h = config.my.level; }; }; }; }
      ];
    }
    #- modules/home/own_marks.nix
    { config, lib, ... }:
    let mkIf = _: content: content; inherit (lib) mkMerge; in
    { config = mkMerge [ (mkIf config.none { my.names = [ "own" ]; }) { my.any.own = 1; } ]; }
    #- modules/home/inherited.nix
    { config, lib, pkgs, ... }:
    let inherit (lib) mkIf mkForce; extra = { my.any.extra = 1; }; in
    { config = mkIf (pkgs.x == 1) { my.any.maybe = mkForce 1; my.any.f.g.h = mkForce 7; }; }
    #- modules/home/plain.nix
    { config, lib, ... }: {
      my.any = { inherit (config.my) level; list = [ 1 config.my.level ]; };
      my.any.text = "level ${toString config.my.level}";
      programs.git = { enable = true; userName = "x"; };
    }
    #- modules/home/recursive.nix
    { lib, ... }: rec { my.any.rec = { a = 1; b = extra; }; my.any.extra = 2; }
    #- modules/home/dynamic.nix
    { lib, ... }: let name = "made"; in { my.any.${name} = 1; my.names = lib.mkAfter [ name ]; }
    #- homes/alice/default.nix
    { my.level = 3; my.names = [ "alice" ]; my.strict = %s; }
    #- homes/bob/default.nix
    { my.enable = false; my.strict = lib.mkIf config.my.enable "bob"; }
"""
_FAULTS = ('"fine"', "[ ]", 'throw "no"', "config.my.strict", "nowhere", "osConfig.x")


@pytest.mark.parametrize("fault", _FAULTS)
def test_told_as_called(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = _TREE % fault
    told = in_tree(tmp_path, text, _everything)
    monkeypatch.setattr(collect, "outline_of", lambda _compiled: None)
    assert in_tree(tmp_path, text, _everything) == told
    assert len(told) > 10


@pytest.mark.parametrize("path", ["my.names", "my.any", "my.any.f.g.h", "my.level", "my.strict"])
def test_told_as_called_for_one_setting(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _TREE % '"fine"'

    def ask(tree: Tree) -> list[Setting | None]:
        names = tuple(path.split("."))
        return [setting(tree.repository, tree.target(user), names) for user in ("alice", "bob")]

    told = in_tree(tmp_path, text, ask)
    monkeypatch.setattr(collect, "outline_of", lambda _compiled: None)
    assert in_tree(tmp_path, text, ask) == told


def test_marks_of_another_library(tmp_path: Path) -> None:
    """A flake may hand its modules a `lib` whose `mkIf` is another."""
    text = """
        #- modules/home/default.nix
        { config, lib, ... }:
        { options.my.a = lib.mkOption { type = lib.types.int; };
          config = lib.mkIf config.none.such { my.a = 1; }; }
        #- homes/alice/default.nix
        { }
"""
    flake = "extraSpecialArgs = { inherit inputs self;"
    lib = "lib // { mkIf = _: content: content; hm = { }; }"
    other = FLAKE.replace(flake, f"{flake} lib = {lib};")
    text += textwrap.indent(f"#- flake.nix\n{other}", 8 * " ")

    def ask(tree: Tree) -> object:
        found = setting(tree.repository, tree.target("alice"), ("my", "a"))
        assert found is not None
        return found.value

    assert in_tree(tmp_path, text, ask) == 1


def test_only_what_says_something_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = "".join(
        f"""
        #- modules/home/m{number}.nix
        {{ config, lib, ... }}: {{
          options.my.m{number}.level = lib.mkOption {{ type = lib.types.int; }};
          options.my.m{number}.on = lib.mkEnableOption "it";
          config = lib.mkIf config.my.m0.on {{ my.m{number}.level = {number}; }};
        }}"""
        for number in range(9)
    )
    text = f"""{modules}
        #- modules/home/default.nix
        {{ imports = map (name: ./. + "/m${{toString name}}.nix") (lib.range 0 8); }}
        #- homes/alice/default.nix
        {{ my.m0.on = true; }}
    """
    called: list[str] = []
    whole = collect._Loader._imported

    def noting(loader: collect._Loader, path: str, name: str, given: collect.Given) -> object:
        called.append(Path(path).name)
        return whole(loader, path, name, given)

    monkeypatch.setattr(collect._Loader, "_imported", noting)

    def ask(tree: Tree) -> object:
        found = setting(tree.repository, tree.target("alice"), ("my", "m3", "level"))
        assert found is not None
        return found.value

    assert in_tree(tmp_path, text, ask) == 3
    assert {name for name in called if name.startswith("m")} == {"m0.nix", "m3.nix"}


def _everything(tree: Tree) -> list[object]:
    found: list[object] = []
    for user in ("alice", "bob"):
        try:
            found += settings(tree.repository, tree.target(user))
        except (NixError, Unknowable) as stop:
            found.append(str(stop))
    return found
