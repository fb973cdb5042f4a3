"""What the bundled table adds: values of Home Manager's options, exactly or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.homes.settings import setting
from tests.standins.compare import compared
from tests.support import on_evaluation_thread
from tests.trees import Tree, in_tree


@on_evaluation_thread
def test_no_value_is_wrong() -> None:
    wrong, known = compared(Catalogued())
    assert not wrong
    assert known > 400


def _value(tree: Tree, *path: str) -> object:
    found = setting(tree.repository, tree.target("alice"), path)
    assert found is not None, path
    return found.value if found.known else found.reason or found.error


def test_defaults_are_read(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { config, ... }: { home.sessionPath = [ "${config.xdg.configHome}/bin" ]; }
    """
    asked = in_tree(tmp_path, text, lambda t: _value(t, "home", "sessionPath"), Catalogued())
    assert asked == ["/home/alice/.config/bin"]


def test_own_modules_add_what_they_write(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { home.packages = [ ]; programs.starship.enable = true; }
    """

    asked = in_tree(tmp_path, text, lambda t: _value(t, "home", "packages"), Catalogued())
    assert "Home Manager" in str(asked)


def test_renamed_options_set_the_new_ones(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { programs.git.userName = "Alice"; programs.git.enable = true; }
    """
    path = ("programs", "git", "settings", "user", "name")
    assert in_tree(tmp_path, text, lambda t: _value(t, *path), Catalogued()) == "Alice"


def test_types_refuse(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { programs.git.enable = "yes"; }
    """
    asked = in_tree(tmp_path, text, lambda t: _value(t, "programs", "git", "enable"), Catalogued())
    assert "is not of type `boolean'" in str(asked)


def test_a_definition_of_another_type_beside_own_modules(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { config, lib, ... }:
        {
          options.own = lib.mkOption { type = lib.types.raw; };
          config.own = config.home.file;
          config.home.file = 1;
        }
    """
    asked = in_tree(tmp_path, text, lambda t: _value(t, "own"), Catalogued())
    assert "is not of type `attribute set of (submodule)'" in str(asked)


_BESIDE = """
    #- homes/alice/default.nix
    {
      xdg.configFile.a.text = "🎉";
      home.file.b.text = "🎉";
      programs.zsh = { enable = true; envExtra = "x"; };
      services.gpg-agent.enable = true;
      systemd.user.services.c = {
        Service.ExecStart = "/bin/c";
        Install.WantedBy = [ "default.target" ];
      };
    }
"""


@pytest.mark.parametrize("path", [("xdg", "configFile", "a"), ("home", "file", "b")])
def test_files_are_known_beside_those_of_modules(tmp_path: Path, path: tuple[str, ...]) -> None:
    """The table has the names of files that are made of lists, even where values are left out."""
    asked = in_tree(tmp_path, _BESIDE, lambda t: _value(t, *path, "text"), Catalogued())
    assert asked == "🎉"


def test_a_file_that_a_module_makes_is_not_known(tmp_path: Path) -> None:
    path = ("xdg", "configFile", "systemd/user/default.target.wants/c.service", "source")
    asked = in_tree(tmp_path, _BESIDE, lambda t: _value(t, *path), Catalogued())
    assert asked == "Home Manager's module systemd decides it"


def test_what_own_modules_add_is_named_and_not_spelled_out(tmp_path: Path) -> None:
    """To write out how the module comes to its value took most of the time of `hmls show`."""
    text = """
        #- homes/alice/default.nix
        { home.packages = [ ]; programs.starship.enable = true; }
    """

    def ask(tree: Tree) -> tuple[str, str, str]:
        found = setting(tree.repository, tree.target("alice"), ("home", "packages"))
        assert found is not None
        return found.text, found.kind, found.reason

    text, kind, reason = in_tree(tmp_path, text, ask, Catalogued())
    assert (text, kind) == ("[ ] …", "own-module")
    assert reason.startswith("Home Manager's module ")
    assert reason.endswith(" decides it")


@pytest.mark.parametrize(
    "module",
    [
        '{ key = "home-manager/modules/programs/bat.nix"; }',
        '"programs/bat.nix"',
        '"${modulesPath}/programs/bat.nix"',
        '(modulesPath + "/programs/bat.nix")',
        '"${inputs.home-manager}/modules/programs/bat.nix"',
    ],
)
def test_a_disabled_module_declares_and_defines_nothing(tmp_path: Path, module: str) -> None:
    disabled = f"disabledModules = [ {module} ];"
    text = """
        #- homes/alice/default.nix
        { lib, modulesPath, inputs, ... }:
        { DISABLED
          options.programs.bat.enable = lib.mkOption { type = lib.types.str; default = "mine"; };
          config.home.packages = [ ];
        }
    """
    path = ("programs", "bat", "enable")
    with_it = text.replace("DISABLED", "")
    asked = in_tree(tmp_path / "a", with_it, lambda t: _value(t, *path), Catalogued())
    assert "already declared" in str(asked)
    without = text.replace("DISABLED", disabled)
    assert in_tree(tmp_path / "b", without, lambda t: _value(t, *path), Catalogued()) == "mine"


def test_an_option_of_the_users_own_beside_home_managers(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { config, lib, ... }:
        { options.programs.bat.mine = lib.mkOption { type = lib.types.bool; default = true; };
          options.programs.own.enable = lib.mkEnableOption "it";
          config.home.sessionPath =
            lib.mkIf (config.programs.bat.mine && !config.programs.bat.enable)
              [ (lib.boolToString config.programs.own.enable) ];
        }
    """
    asked = in_tree(tmp_path, text, lambda t: _value(t, "home", "sessionPath"), Catalogued())
    assert asked == ["false"]


def test_a_condition_that_a_module_of_the_users_makes_true(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { home.packages = [ ]; services.kbfs.enable = false; }
        #- homes/alice@global/default.nix
        { lib, ... }: { services = lib.mkMerge [ { kbfs.enable = lib.mkForce true; } ]; }
    """
    path = ("services", "keybase", "enable")
    assert in_tree(tmp_path / "a", text, lambda t: _value(t, *path), Catalogued()) is True
    off = text.replace("mkForce true", "mkDefault true")
    assert in_tree(tmp_path / "b", off, lambda t: _value(t, *path), Catalogued()) is False
    nobody = text.replace("services", "my.services")
    assert in_tree(tmp_path / "c", nobody, lambda t: _value(t, *path), Catalogued()) is False


def test_what_the_builder_defines_itself(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { config, lib, ... }:
        {
          options.own = lib.mkOption { type = lib.types.raw; };
          config.own = {
            path = config.programs.home-manager.path;
            unfree = config.nixpkgs.config.allowUnfree or "no";
            overlays = builtins.length (config.nixpkgs.overlays);
          };
        }
    """

    def unknown(tree: Tree) -> list[bool]:
        found = [
            setting(tree.repository, tree.target("alice"), ("own", name))
            for name in ("path", "unfree", "overlays")
        ]
        return [each is not None and each.known for each in found]

    assert in_tree(tmp_path, text, unknown, Catalogued()) == [False, False, False]


def test_what_a_host_says_of_its_homes(tmp_path: Path) -> None:
    text = """
        #- systems/desk/default.nix
        { networking.hostName = "desk"; nix.enable = false;
          home-manager.useUserPackages = true; users.users.alice.home = "/home/alice"; }
        #- homes/alice/default.nix
        { config, lib, ... }:
        {
          options.own = lib.mkOption { type = lib.types.raw; };
          config.home.stateVersion = "25.05";
          config.own = [ config.home.profileDirectory config.nix.enable ];
        }
        #- homes/alice@desk/default.nix
        { }
    """

    def own(tree: Tree) -> object:
        found = setting(tree.repository, tree.target("alice@desk"), ("own",))
        assert found is not None
        return found.value if found.known else found.reason or found.error

    expected = ["/etc/profiles/per-user/alice", False]
    assert in_tree(tmp_path, text, own, Catalogued()) == expected


def test_an_option_of_a_submodule_that_another_release_may_have(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { accounts.email.accounts.x.nothing = 3; }
    """
    path = ("accounts", "email", "accounts", "x", "nothing")
    asked = in_tree(tmp_path, text, lambda t: _value(t, *path), Catalogued())
    assert asked == "no such option is known of home-manager, which was not read"


@pytest.mark.parametrize(
    ("home", "path", "value"),
    [
        # Home Manager sets variables of other names: those of the language, and of fzf.
        ("home.sessionVariables.EDITOR = ''vim'';", "home.sessionVariables.EDITOR", "vim"),
        (
            "home = { language.base = ''C''; sessionVariables.A = lib.mkDefault 1; };"
            "programs.fzf.enable = true;",
            "home.sessionVariables.A",
            1,
        ),
        ("home.language.base = ''C''; my = config.home.sessionVariables.LANG;", "my", "C"),
        (
            "programs.fzf = { enable = true; tmux.enableShellIntegration = true; };"
            "my = config.home.sessionVariables.FZF_TMUX;",
            "my",
            "1",
        ),
        # Types and functions of Home Manager's library.
        ("my = (lib.extend (final: prev: { })).hm.booleans.yesNo true;", "my", "yes"),
        ("my = (lib.hm.dag.topoSort config.dag).result;", "my", [{"data": "1", "name": "a"}]),
        ("dag.a = lib.hm.dag.entryAfter [ ''b'' ] ''2'';", "dag.a.after", ["b"]),
    ],
)
def test_sets_of_which_the_names_are_known(
    tmp_path: Path, home: str, path: str, value: object
) -> None:
    text = f"""
        #- modules/home/default.nix
        {{ lib, ... }}: {{
          options.my = lib.mkOption {{ type = lib.types.raw; }};
          options.dag = lib.mkOption {{ type = lib.hm.types.dagOf lib.types.str; }};
          config.dag.a = lib.mkDefault "1";
        }}
        #- homes/alice/default.nix
        {{ config, lib, ... }}: {{ {home} }}
    """
    names = tuple(path.split("."))
    assert in_tree(tmp_path, text, lambda t: _value(t, *names), Catalogued()) == value


def test_a_loser_whose_condition_fails_leaves_nothing_known(tmp_path: Path) -> None:
    """Nix looks at the condition of each definition; that of `fish.enable` is in conflict."""
    text = """
        #- homes/alice/default.nix
        { lib, ... }:
        {
          programs.fish.enable = true;
          programs.starship.enable = true;
          services.gpg-agent.enable = lib.mkForce false;
        }
        #- homes/alice@global/default.nix
        { config, lib, ... }:
        {
          programs.fish.enable = FISH;
          services.gpg-agent = lib.mkIf (!config.programs.fish.enable) {
            enable = lib.mkIf config.programs.fish.enable true;
          };
        }
    """
    path = ("services", "gpg-agent", "enable")
    agreed = text.replace("FISH", "true")
    assert in_tree(tmp_path / "a", agreed, lambda t: _value(t, *path), Catalogued()) is False
    in_conflict = text.replace("FISH", "false")
    asked = in_tree(tmp_path / "b", in_conflict, lambda t: _value(t, *path), Catalogued())
    assert str(asked).endswith("decides it")


def test_what_names_the_profile_fails_with_its_packages(tmp_path: Path) -> None:
    """Fontconfig's settings name `home.path`, which no home has where a package of it fails."""
    text = """
        #- homes/alice/default.nix
        { fonts.fontconfig.enable = true; programs.navi.enable = true; }
        #- homes/alice@global/default.nix
        { programs.navi.enable = NAVI; }
    """
    path = ("fonts", "fontconfig", "configFile", "fonts", "settings", "description")
    agreed = text.replace("NAVI", "true")
    asked = in_tree(tmp_path / "a", agreed, lambda t: _value(t, *path), Catalogued())
    assert asked == "Add fonts in the Nix user profile"
    in_conflict = text.replace("NAVI", "false")
    asked = in_tree(tmp_path / "b", in_conflict, lambda t: _value(t, *path), Catalogued())
    assert str(asked).startswith("The option `programs.navi.enable' has conflicting")


def test_one_of_two_sets_says_nothing_of_other_names(tmp_path: Path) -> None:
    """i18n.nix sets LOCALE_ARCHIVE_2_27 or LOCALE_ARCHIVE_2_11 by a version that NixOS decides."""
    text = """
        #- homes/alice/default.nix
        { lib, ... }: {
          home.stateVersion = "24.11";
          home.sessionVariables.PAGER = lib.mkDefault "less";
        }
        #- homes/alice@work/default.nix
        { home.sessionVariables.PAGER = "more"; }
        #- systems/work/default.nix
        { users.users.alice.isNormalUser = true; }
    """

    def ask(tree: Tree) -> tuple[bool, object]:
        target = tree.target("alice@work")
        found = setting(tree.repository, target, ("home", "sessionVariables", "PAGER"))
        assert found is not None
        return found.known, found.value

    assert in_tree(tmp_path, text, ask, Catalogued()) == (True, "more")


def test_the_type_of_another_option_is_read(tmp_path: Path) -> None:
    """fcitx5 takes that of home.sessionVariables."""
    text = """
        #- homes/alice/default.nix
        { i18n.inputMethod.fcitx5.sessionVariables.A = [ ]; }
    """
    path = ("i18n", "inputMethod", "fcitx5", "sessionVariables", "A")
    told = in_tree(tmp_path, text, lambda t: _value(t, *path), Catalogued())
    assert "is not of type `null or string or absolute path" in str(told)
