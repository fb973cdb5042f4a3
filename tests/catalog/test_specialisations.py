"""Specialisations of Home Manager: the home itself with more modules, as real Nix has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.catalog.finish import Scope
from hmls.catalog.type_reader import TypeReader
from hmls.homes.catalogued import Catalogued
from hmls.homes.settings import setting, settings
from hmls.lang.disk import DiskReader
from hmls.lang.interp import Interp
from hmls.lang.thread import run
from hmls.lang.values import Cause, Unknown
from hmls.modules.library import make_library
from hmls.modules.system import ModuleSystem
from tests.trees import in_tree

TREE = """
    #- modules/home/default.nix
    { lib, config, ... }:
    {
      imports = [ ./deep.nix ];
      options.my = {
        theme = lib.mkOption { type = lib.types.str; };
        list = lib.mkOption { type = lib.types.listOf lib.types.str; };
        seen = lib.mkOption { type = lib.types.str; };
      };
      config.my.list = [ "shared" ];
      config.my.seen = config.my.theme + toString (lib.attrNames config.specialisation);
    }
    #- modules/home/deep.nix
    { my.list = [ "deep" ]; imports = [ { my.list = [ "deeper" ]; } ]; }
    #- homes/alice/default.nix
    { lib, config, ... }:
    {
      home = { username = "alice"; homeDirectory = "/home/alice"; stateVersion = "24.11"; };
      my.theme = "light";
      my.list = [ "base" ];
      specialisation.dark.configuration = {
        imports = [ { my.list = [ "imported" ]; } ];
        my.theme = lib.mkForce "dark";
        my.list = [ "dark" ];
        home.sessionVariables.OUTER = config.my.theme;
      };
      specialisation."🎉".configuration = { config, ... }: {
        my.theme = lib.mkOverride 40 "${config.home.username}-x";
        my.list = lib.mkBefore [ "before" ];
      };
    }
"""
OF_DARK = ("specialisation", "dark", "configuration")


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("dark", ("my", "theme"), "dark"),
        ("dark", ("my", "seen"), "dark"),
        ("dark", ("my", "list"), ["deeper", "deep", "imported", "base", "shared", "dark"]),
        ("dark", ("home", "sessionVariables", "OUTER"), "light"),
        ("dark", ("home", "username"), "alice"),
        ("🎉", ("my", "theme"), "alice-x"),
        ("🎉", ("my", "list"), ["before", "deeper", "deep", "base", "shared"]),
    ],
)
def test_value(tmp_path: Path, name: str, path: tuple[str, ...], value: object) -> None:
    whole = ("specialisation", name, "configuration", *path)
    found = in_tree(
        tmp_path, TREE, lambda t: setting(t.repository, t.target("alice"), whole), Catalogued()
    )
    assert found is not None
    assert found.known, found
    assert found.value == value


def test_the_list_of_all_has_what_differs(tmp_path: Path) -> None:
    found = in_tree(
        tmp_path, TREE, lambda t: settings(t.repository, t.target("alice")), Catalogued()
    )
    inside = [".".join(s.path[3:]) for s in found if s.path[:3] == OF_DARK]
    assert inside == ["home.sessionVariables.OUTER", "my.list", "my.seen", "my.theme"]
    of_theme = next(s for s in found if s.path == (*OF_DARK, "my", "theme"))
    assert [(c.value, c.status) for c in of_theme.contributions] == [
        ('"dark"', "wins"), ('"light"', "loses"),
    ]  # fmt: skip


def test_a_whole_specialisation_has_the_rest_too(tmp_path: Path) -> None:
    found = in_tree(
        tmp_path, TREE, lambda t: settings(t.repository, t.target("alice"), OF_DARK), Catalogued()
    )
    assert (*OF_DARK, "home", "username") in [s.path for s in found]


def test_a_type_of_which_nothing_is_told_is_not_known() -> None:
    """As where a table is read for its descriptions, with no home at hand."""

    def ask() -> str:
        interp = Interp(DiskReader(), lib=make_library)
        unknown = Unknown("…", Cause("symbol", "no home"))
        scope = Scope(interp, interp.lib, {"config": unknown}, lambda _name: unknown, unknown.cause)
        pool = [["submodule", {"whole": True}], ["attrsOf", 0, "<name>"]]
        return TypeReader(pool, ModuleSystem(interp, interp.lib), scope).read(1).description

    assert run(ask) == "attribute set of (…)"
