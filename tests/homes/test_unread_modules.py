"""Modules that were not read: what they may define is unknown wherever `config` is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.homes.setting import Setting
from hmls.homes.settings import setting
from tests.trees import FLAKE, Tree, in_tree

_WITH_INPUT = FLAKE.replace(
    "  outputs =", '  inputs.stylix.url = "github:nix-community/stylix";\n  outputs ='
)
_OWN = """
{ config, lib, inputs, options, osConfig ? null, ... }:
{
  imports = [ inputs.stylix.homeModules.stylix ];
  options.my = {
    count = lib.mkOption { type = lib.types.int; default = 0; };
    text = lib.mkOption { type = lib.types.str; default = "none"; };
    flag = lib.mkOption { type = lib.types.bool; default = false; };
    names = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
    any = lib.mkOption { type = lib.types.anything; default = null; };
  };
}
"""


def _ask(folder: Path, home: str, path: str) -> Setting:
    def ask(tree: Tree) -> Setting:
        found = setting(tree.repository, tree.target("alice"), tuple(path.split(".")))
        assert found is not None, path
        return found

    home = f"{{ config, lib, pkgs, options, ... }}: {{ imports = [ ../../own.nix ]; {home} }}"
    text = f"#- flake.nix\n{_WITH_INPUT}\n#- own.nix\n{_OWN}\n#- homes/alice/default.nix\n{home}\n"
    return in_tree(folder, text, ask, Catalogued())


def _last(home: str) -> str:
    """The last of the own options that a home sets."""
    return f"my.{re.findall(r'(count|text|flag|names|any) =', home)[-1]}"


@pytest.mark.parametrize(
    "home",
    [
        # Lists, sets and lines that others may add to.
        "home.sessionPath = [ ''/a'' ]; my.count = builtins.length config.home.sessionPath;",
        "home.sessionPath = [ ''/a'' ]; my.text = builtins.head config.home.sessionPath;",
        "home.shellAliases.A = ''a''; my.names = lib.attrNames config.home.shellAliases;",
        "home.shellAliases.A = ''a''; my.flag = config.home.shellAliases ? B;",
        "home.file.a.text = ''x''; my.text = config.home.file.a.text;",
        "programs.bash.initExtra = ''x''; my.text = config.programs.bash.initExtra;",
        # Values that a plain definition would beat.
        "my.flag = config.programs.git.enable;",
        "my.text = config.home.homeDirectory;",
        "my.text = lib.mkIf config.programs.git.enable ''git'';",
        "programs.git.enable = lib.mkDefault true; my.flag = config.programs.git.enable;",
        "home.shellAliases = lib.mkDefault { A = ''a''; }; my.text = config.home.shellAliases.A;",
        # What `options` says of them.
        "my.flag = options.programs.git.package.isDefined -> options.xdg.userDirs.desktop.isDefined"
        " && options.programs.git.userName.isDefined;",
        "my.count = options.programs.git.enable.highestPrio;",
        "home.sessionPath = [ ''/a'' ]; my.count = builtins.length options.home.sessionPath.files;",
        # Through another option, and through what Home Manager computes.
        "my = { names = config.home.sessionPath; count = builtins.length config.my.names; };",
        "programs.zsh.enable = true; my.text = config.programs.zsh.dotDir;",
    ],
)
def test_a_read_is_as_unknown_as_the_setting(tmp_path: Path, home: str) -> None:
    found = _ask(tmp_path, home, _last(home))
    assert not found.known, (found.value, found.text)
    assert "stylix" in found.reason
    assert found.error is None


@pytest.mark.parametrize(
    ("home", "value"),
    [
        # The repository's own options, and what only an mkForce could change.
        ("my = { names = [ ''a'' ]; count = builtins.length config.my.names; };", 1),
        ("programs.git.enable = true; my.flag = config.programs.git.enable;", True),
        ("home.homeDirectory = ''/h''; my.text = config.home.homeDirectory;", "/h"),
        ("home.shellAliases.A = ''a''; my.text = config.home.shellAliases.A;", "a"),
        # What is there stays, whatever is added.
        ("home.sessionPath = [ ''/a'' ]; my.flag = lib.elem ''/a'' config.home.sessionPath;", True),
        ("home.sessionPath = [ ''/a'' ]; my.flag = config.home.sessionPath != [ ];", True),
        ("home.shellAliases.A = ''a''; my.flag = config.home.shellAliases ? A;", True),
        ("my.flag = options.programs.git.enable.isDefined;", True),
        # An option that may be set once only.
        ("my.any = options.home.profileDirectory.readOnly;", True),
    ],
)
def test_what_is_certain_stays_known(tmp_path: Path, home: str, value: object) -> None:
    found = _ask(tmp_path, home, _last(home))
    assert (found.known, found.value) == (True, value), found.reason


@pytest.mark.parametrize(
    ("home", "path", "value"),
    [
        # Home Manager's own definitions exist, or do not, as without the module.
        ("programs.git.settings.a.b = 1;", "programs.git.settings.a.b", 1),
        ("programs.bash.shellAliases.a = ''b'';", "programs.bash.shellAliases.a", "b"),
        (
            "systemd.user.services.a.Unit.Description = ''x'';",
            "systemd.user.services.a.Unit.Description",
            "x",
        ),
    ],
)
def test_settings_of_one_value_are_assumed(
    tmp_path: Path, home: str, path: str, value: object
) -> None:
    found = _ask(tmp_path, home, path)
    assert (found.known, found.value) == (True, value), found.reason
    assert found.assumes[0] == "stylix"


def test_a_default_set_may_be_replaced(tmp_path: Path) -> None:
    home = "home.shellAliases = lib.mkDefault { a = ''b''; };"
    found = _ask(tmp_path, home, "home.shellAliases.a")
    assert not found.known
    assert found.reason.endswith("stylix were not read, and a plain definition there would win")


def test_modules_of_the_system_may_add_to_its_homes(tmp_path: Path) -> None:
    """An unread module of NixOS may set `home-manager.sharedModules`, as that of stylix does."""

    def ask(tree: Tree) -> Setting:
        found = setting(tree.repository, tree.target("alice@desk"), ("home", "sessionPath"))
        assert found is not None
        return found

    text = f"""
#- flake.nix
{_WITH_INPUT}
#- systems/desk/default.nix
{{ inputs, ... }}: {{ imports = [ inputs.stylix.nixosModules.stylix ]; }}
#- homes/alice/default.nix
{{ }}
#- homes/alice@desk/default.nix
{{ home.sessionPath = [ "/a" ]; }}
"""
    found = in_tree(tmp_path, text, ask, Catalogued())
    assert (found.known, found.text) == (False, '[ "/a" ]')
    assert found.reason == "the modules of stylix were not read, and may add to it"


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("lib.mkIf true ''1''", "wins"),
        ("lib.mkIf true (lib.mkForce ''1'')", "wins"),
        ("lib.mkIf false ''1''", "false"),
        ("lib.mkIf pkgs.nothing.x ''1''", "unknown"),
    ],
)
def test_a_part_is_shown_without_the_condition_around_it(
    tmp_path: Path, value: str, status: str
) -> None:
    found = _ask(tmp_path, f"home.sessionVariables.A = {value};", "home.sessionVariables.A")
    own = [each for each in found.contributions if each.layer == "base"]
    assert [(each.value, each.status) for each in own] == [('"1"', status)]
    assert found.rivals == tuple(each for each in own if status != "wins")


@pytest.mark.parametrize(
    ("path", "home"),
    [
        # Options of a submodule that read their siblings: what is a default, or may be added to.
        ("name", "{ config, ... }: { id = 0; name = config.path; }"),
        ("isDefault", "{ config, ... }: { id = 3; isDefault = config.search.force; }"),
        ("isDefault", "{ config, ... }: { id = 3; isDefault = config.settings ? a; }"),
        ("name", "{ lib, config, ... }: { id = 3; name = lib.mkIf config.search.force ''x''; }"),
        (
            "isDefault",
            "{ options, ... }: { id = 3; isDefault = options.path.highestPrio == 1500; }",
        ),
    ],
)
def test_a_read_inside_a_submodule_is_as_unknown(tmp_path: Path, path: str, home: str) -> None:
    found = _ask(
        tmp_path, f"programs.firefox.profiles.me = {home};", f"programs.firefox.profiles.me.{path}"
    )
    assert not found.known, (found.value, found.text)
    assert "stylix" in found.reason


@pytest.mark.parametrize(
    ("path", "home", "value"),
    [
        ("name", "{ config, ... }: { id = 3; name = toString config.id; }", "3"),
        ("name", "{ name, ... }: { inherit name; }", "me"),
    ],
)
def test_a_plain_sibling_is_known(tmp_path: Path, path: str, home: str, value: object) -> None:
    found = _ask(
        tmp_path, f"programs.firefox.profiles.me = {home};", f"programs.firefox.profiles.me.{path}"
    )
    assert (found.known, found.value) == (True, value), found.reason
    assert "stylix" in found.assumes


def _ask_doubtful(folder: Path, content: str, path: str) -> Setting:
    """The setting where a shared module's whole content is behind one of its own options."""

    def ask(tree: Tree) -> Setting:
        found = setting(tree.repository, tree.target("alice"), tuple(path.split(".")))
        assert found is not None, path
        return found

    text = f"""
#- flake.nix
{_WITH_INPUT}
#- own.nix
{_OWN}
#- shared.nix
{{ config, lib, options, inputs, ... }}: {{ config = lib.mkIf config.my.flag ({content}); }}
#- homes/alice/default.nix
{{
  imports = [ ../../own.nix ../../shared.nix ];
  my = {{ flag = true; text = "own"; names = [ "own" ]; }};
  home = {{ username = "alice"; homeDirectory = "/home/alice"; stateVersion = "24.11"; }};
}}
"""
    return in_tree(folder, text, ask, Catalogued())


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("my.flag", "true"),
        ("my.text", '"own"'),
        ("my.count", "if ⟨options ? stylix⟩: 1; else: 0"),
        ("my.names", '[ "own" ] ++ if ⟨options ? stylix⟩: [ "maybe" ]; else: [ ]'),
        ("home.stateVersion", '"24.11"'),
    ],
)
def test_a_set_that_may_be_there_defines_what_is_in_it(
    tmp_path: Path, path: str, told: str
) -> None:
    """Its condition asks for an option beside those that it defines."""
    content = """lib.optionalAttrs (options ? stylix) {
        my = { count = 1; names = [ "maybe" ]; };
        home = lib.mkIf (!config.my.flag) { stateVersion = "25.05"; };
    }"""
    found = _ask_doubtful(tmp_path, content, path)
    assert found.text == told
    assert found.known is ("if" not in told)


@pytest.mark.parametrize("path", ["my.flag", "my.count", "my.text"])
def test_an_unknown_set_may_hold_all_but_what_its_condition_asks_for(
    tmp_path: Path, path: str
) -> None:
    found = _ask_doubtful(tmp_path, "inputs.stylix.settings", path)
    assert found.known is (path == "my.flag"), found


def test_a_name_that_may_be_there_has_its_own_condition(tmp_path: Path) -> None:
    """Another one in the same set, under another condition, says nothing of it."""
    content = """
        programs.fish.shellAbbrs = {
          aws = lib.mkIf pkgs.one.x "a";
          ls = lib.mkIf pkgs.other.x "🎉";
        };
    """
    found = _ask(tmp_path, content, "programs.fish.shellAbbrs.ls")
    assert (found.known, found.text) == (False, 'if ⟨nixpkgs.other.x⟩: "🎉"; else: unset')


def test_what_own_modules_do_when_others_enable_them_is_not_the_cause(tmp_path: Path) -> None:
    """i18n.inputMethod.enable is on by default where the older option beside it is set."""
    found = _ask(tmp_path, 'home.sessionVariables.EDITOR = "vim";', "home.sessionVariables.EDITOR")
    assert found.value == "vim"
    assert "stylix" in found.assumes


@pytest.mark.parametrize(
    "setting_",
    [
        'programs.bash.initExtra = "x"; programs.bash.enable = true;',
        'xdg.configFile.a.text = "x";',
    ],
)
def test_the_cause_is_what_the_user_can_do_something_about(tmp_path: Path, setting_: str) -> None:
    """And not an option of which Home Manager's own share of the value hangs."""
    found = _ask(tmp_path, setting_, setting_.partition(" =")[0])
    assert not found.known
    assert found.reason == "the modules of stylix were not read, and may add to it"


def test_a_cause_in_what_the_user_says_is_named(tmp_path: Path) -> None:
    said = 'home.sessionVariables.A = "${config.programs.gpg.homedir}/x";'
    assert "programs.gpg.homedir" in _ask(tmp_path, said, "home.sessionVariables.A").reason


def test_what_the_user_says_of_a_file_is_shown_where_others_may_place_more(tmp_path: Path) -> None:
    """Names of Home Manager's own files that are not known say nothing of this one."""
    said = "home.file.a.source = ./x;"
    assert _ask(tmp_path, said, "home.file.a.source").text.endswith("/x …")
