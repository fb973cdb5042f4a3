"""Problems of values: true ones, on every line involved, and silence on all else."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.homes.workspace import Views, Workspace
from hmls.ide.diagnostics import Diagnostic, diagnose_all
from hmls.lang.thread import run
from tests.diagnostics.check import check
from tests.diagnostics.trees import OPTIONS, apply, fix_of, problems, write_tree

HOME = "homes/alice/default.nix"


@pytest.mark.parametrize(("switch", "severity"), [("false", "warning"), ("true", "error")])
def test_what_is_switched_off_fails_no_build_yet(
    tmp_path: Path, switch: str, severity: str
) -> None:
    tree = f"""
#- modules/home/default.nix
{{ lib, ... }}:
{{
  options.my.bar = {{
    enable = lib.mkEnableOption "🎉";
    height = lib.mkOption {{ type = lib.types.int; }};
  }};
}}
#- homes/alice/default.nix
{{ my.bar = {{ enable = {switch}; height = "tall"; }}; }}
"""
    (found,) = problems(tmp_path, tree)
    assert (found.code.name, found.level) == ("type-mismatch", severity)
    assert ("The build fails once `my.bar.enable` is true." in found.message) == (switch == "false")


def test_conflict_marks_all_definitions(tmp_path: Path) -> None:
    tree = f"""{OPTIONS}
#- homes/alice/default.nix
{{
  "🎉" = 1; my.editor = "vim";
  #        ^^^^^^^^^ conflict
}}
#- homes/alice@global/default.nix
{{
  my = {{ editor = "emacs"; }};
  #      ^^^^^^ conflict
}}
"""
    first, second = check(tmp_path, tree)
    assert first.message == (
        "The option `my.editor' has conflicting definition values:\n"
        '- In `./homes/alice@global\': "emacs"\n'
        '- In `./homes/alice\': "vim"\n'
        "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these "
        "definitions.\n(on alice)"
    )
    others = [(place.path, text) for place, text in first.related]
    assert others[0] == (second.path, "the definition in alice@global")
    assert others[1][1] == "declared in modules/home/default.nix"


@pytest.mark.parametrize(
    "text",
    [
        '{ lib, ... }: { my.editor = lib.mkMerge [ "a" (lib.mkIf false "b") ]; }',
        '{ lib, ... }: { my.editor = lib.mkMerge [ "a" (lib.mkDefault "b") ]; }',
        '{ lib, ... }: { my.editor = lib.mkMerge [ "a" "a" ]; }',
        '{ lib, pkgs, x, ... }: { my.editor = lib.mkMerge [ "a" (lib.mkIf x "b") ]; }',
        "{ pkgs, ... }: { my.editor = pkgs.vim.name; my.tags = [ pkgs.hello.pname ]; }",
        "{ config, ... }: { my.editor = config.programs.vim.name; my.port = config.x.y; }",
        '{ my.editor = "a"; my.tags = [ "a" ]; home.stateVersion = "24.11"; a.b.c = 1; }',
        "{ config, ... }: { assertions = [ { assertion = config.x; message = 1; } ]; }",
        '{ lib, ... }: { programs.git = lib.mkIf false (throw "never read"); }',
        '{ options, lib, ... }: lib.mkIf (options ? x) { my.port = "no"; }',
        "{ osConfig, lib, ... }: { a = lib.mkIf (osConfig != null) osConfig.x; }",
        "{ osConfig, ... }: { a = osConfig.networking.hostName or null; }",
        "{ accounts.email.accounts.a.khal.enable = true; fonts.fontconfig.enable = true; }",
    ],
)
def test_nothing_is_said_of_what_is_right_or_unknown(tmp_path: Path, text: str) -> None:
    assert [d.message for d in problems(tmp_path, f"{OPTIONS}\n#- {HOME}\n{text}")] == []


def test_type_mismatch_marks_the_wrong_one_only(tmp_path: Path) -> None:
    tree = f"""{OPTIONS}
#- homes/alice/default.nix
{{
  my.tags = [ "a" ];
  my.hosts.web = {{ port = "80"; }};
  #                ^^^^ type-mismatch
}}
#- homes/alice@global/default.nix
{{
  my = {{ tags = "b"; }};
  #      ^^^^ type-mismatch
}}
"""
    check(tmp_path, tree)


def test_option_of_a_submodule_that_does_not_exist(tmp_path: Path) -> None:
    tree = f"""{OPTIONS}
#- homes/alice/default.nix
{{
  my.hosts.web = {{ prot = 80; }};
  #                ^^^^ undeclared-option
}}
"""
    (found,) = check(tmp_path, tree)
    apply(fix_of(found, "Change to my.hosts.web.port").edit)
    assert "{ port = 80; }" in Path(found.path).read_text()


def test_required_value(tmp_path: Path) -> None:
    tree = f"""{OPTIONS}
#- homes/alice/default.nix
{{ config, ... }}: {{
  home.sessionVariables.EDITOR = config.my.editor;
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ missing-value
}}
"""
    (found,) = check(tmp_path, tree)
    assert found.level == "error"
    assert "The option `my.editor' was accessed but has no value defined." in found.message


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (
            '{ home.username = "alice"; home.homeDirectory = "/home/alice"; }',
            '{ home.username = "alice"; home.homeDirectory = "/home/alice"; '
            'home.stateVersion = "26.11"; }',
        ),
        (
            '{\n  home.homeDirectory = "/home/alice";\n  home.stateVersion = "24.11";\n}',
            '{\n  home.homeDirectory = "/home/alice";\n  home.stateVersion = "24.11";\n'
            '  home.username = "alice";\n}',
        ),
        (
            '{ home = { username = "alice"; stateVersion = "24.11"; }; }',
            '{ home = { username = "alice"; stateVersion = "24.11"; '
            'homeDirectory = "/home/alice"; }; }',
        ),
    ],
)
def test_what_every_home_needs_is_set(tmp_path: Path, text: str, mended: str) -> None:
    write_tree(tmp_path, f"#- homes/alice/default.nix\n{text}")
    (found,) = run(lambda: _in_a_release(tmp_path))
    assert found.code.name == "missing-value"
    assert "was accessed but has no value defined. Try setting the option." in found.message
    (fix,) = found.fixes
    apply(fix.edit)
    assert Path(found.path).read_text() == mended + "\n"
    assert run(lambda: _in_a_release(tmp_path)) == []


def _in_a_release(root: Path) -> list[Diagnostic]:
    """The problems where Home Manager's options are known."""
    workspace = Workspace()
    workspace.set_folders([str(root)])
    view = Views(workspace, Catalogued()).newest()
    return [d for r in view.repositories.values() for d in diagnose_all(view, r)]


def test_an_item_of_a_list_is_mended_on_a_host_as_well(tmp_path: Path) -> None:
    tree = """
#- modules/home/default.nix
{ lib, ... }:
let inherit (lib) mkOption types; in
{
  options.my.screens = mkOption {
    type = types.listOf (types.submodule { options.width = mkOption { type = types.int; }; });
  };
}
#- homes/alice/default.nix
{ }
#- homes/alice@box/default.nix
{ my.screens = [ { width = "2560"; } ]; }
#- systems/box/default.nix
{ }
"""
    (found,) = (d for d in problems(tmp_path, tree) if d.code.name != "missing-value")
    assert found.code.name == "type-mismatch"
    assert '`home-manager.users.alice.my.screens."[definition 1-entry 1]".width\'' in found.message
    apply(fix_of(found, "Change to 2560").edit)
    assert "width = 2560;" in Path(found.path).read_text()


def test_a_conflict_is_told_of_where_an_older_name_defines_the_option_too(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        {
          home = { username = "alice"; homeDirectory = "/home/alice"; stateVersion = "24.11"; };
          programs.git.enable = true;
          programs.git.userName = "🎉";
          programs.git.settings.user.name = "alice";
        }
        """
    write_tree(tmp_path, text)
    found = run(lambda: _in_a_release(tmp_path))
    content = (tmp_path / HOME).read_bytes()
    assert [(d.code.name, content[d.start : d.end].decode()) for d in found] == [
        ("conflict", "programs.git.userName"),
        ("conflict", "programs.git.settings.user.name"),
    ]
    apply(fix_of(found[0], "Use lib.mkForce here").edit)
    assert run(lambda: _in_a_release(tmp_path)) == []


def test_imports_that_depend_on_packages(tmp_path: Path) -> None:
    text = "{ lib, pkgs, ... }: { imports = lib.optional pkgs.stdenv.isLinux { }; }"
    write_tree(tmp_path, f"#- homes/alice/default.nix\n{text}")
    assert [d.code.name for d in run(lambda: _in_a_release(tmp_path))] == ["infinite-recursion"]


def test_a_host_says_who_its_users_are(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { home.stateVersion = "24.11"; }
        #- systems/desk/default.nix
        { users.users.alice.isNormalUser = true; }
        """
    write_tree(tmp_path, tree)
    found = run(lambda: _in_a_release(tmp_path))
    assert {d.message.partition("\n")[2] for d in found} == {"(on alice)"}
    assert len(found) == 2


def test_values_that_fail_beside_what_is_not_known(tmp_path: Path) -> None:
    """Home Manager's own modules may add to these sets; what is there fails all the same."""
    tree = """
        #- modules/home/default.nix
        { lib, ... }: {
          options.my.ports = lib.mkOption {
            type = lib.types.attrsOf (lib.types.submodule {
              options.port = lib.mkOption { type = lib.types.port; };
            });
          };
          options.my.name = lib.mkOption { type = lib.types.str; };
          config.home = { username = "alice"; homeDirectory = "/a"; stateVersion = "24.11"; };
        }
        #- homes/alice/default.nix
        { config, ... }: {
          my.ports.web = { };
          home.sessionVariables = {
            A = throw "no A";
            B = config.my.name;
            C = toString config.my.ports.web.port;
          };
          xdg.configFile.d.text = { a = 1; }.b;
        }
        """
    write_tree(tmp_path, tree)
    found = run(lambda: _in_a_release(tmp_path))
    assert sorted((d.code.name, d.message.split("\n")[0]) for d in found) == [
        ("evaluation-error", "attribute 'b' missing"),
        ("evaluation-error", "no A"),
        (
            "missing-value",
            "The option `my.name' was accessed but has no value defined. Try setting the option.",
        ),
        (
            "missing-value",
            "The option `my.ports.web.port' was accessed but has no value defined. "
            "Try setting the option.",
        ),
    ]


def test_a_read_only_option_loses_its_second_definition(tmp_path: Path) -> None:
    tree = """
        #- modules/home/default.nix
        { lib, ... }: {
          options.my.ro = lib.mkOption { type = lib.types.int; readOnly = true; };
        }
        #- homes/alice/default.nix
        {
          my.ro = 2;
        }
        #- homes/alice@global/default.nix
        { my.ro = 2; }
        """
    for index, left in ((0, "{\n}\n"), (1, "{ }\n")):
        found = problems(tmp_path / str(index), tree)
        assert [d.code.name for d in found] == ["conflict", "conflict"]
        (fix,) = found[index].fixes
        assert fix.title == "Remove this definition"
        apply(fix.edit)
        assert Path(found[index].path).read_text() == left


def test_an_assertion_is_told_of_where_its_options_are_set(tmp_path: Path) -> None:
    tree = """
        #- modules/home/default.nix
        { config, lib, ... }:
        let
          cfg = config.my;
          inherit (config.my) editor;
        in {
          options.my = {
            editor = lib.mkOption { default = "vi"; };
            port = lib.mkOption { default = 1; };
            unread = lib.mkOption { default = 1; };
          };
          config.assertions = [ {
            assertion = "🎉" != "" -> cfg.port > 1024 && editor != "";
        #   ^^^^^^^^^ failed-assertion
            message = "A port of one's own is needed.";
          } ];
        }
        #- homes/alice/default.nix
        { lib, ... }: {
          my = { port = lib.mkForce 80; unread = 2; };
        #        ^^^^ failed-assertion
        }
        #- homes/alice@global/default.nix
        { my.port = 8080; my.editor = "vim"; }
        #                 ^^^^^^^^^ failed-assertion
        """
    for found in check(tmp_path, tree):
        assert found.message.startswith("Failed assertions:\n- A port of one's own is needed.")
        assert found.related


def test_assertion_on_a_host_names_the_user(tmp_path: Path) -> None:
    tree = f"""{OPTIONS}
#- homes/alice@box/default.nix
{{ config, ... }}: {{
  assertions = [ {{ assertion = config.my.port == 23; message = "no telnet"; }} ];
  #                ^^^^^^^^^ failed-assertion
}}
#- systems/box/default.nix
{{ }}
"""
    (found,) = check(tmp_path, tree)
    assert found.message == "Failed assertions:\n- alice profile: no telnet\n(on alice@box)"


def test_values_that_may_not_be_read_are_warnings(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        {
          programs.git.package = throw "no foo here";
        #                        ^^^^^^^^^^^^^^^^^^^ evaluation-error
          programs.git.enable = throw "no foo either";
        #                       ^^^^^^^^^^^^^^^^^^^^^ evaluation-error
        }
        """
    found = check(tmp_path, tree)
    assert [(d.level, d.message) for d in found] == [
        ("warning", "no foo here\n(on alice)"),
        ("error", "no foo either\n(on alice)"),
    ]


def test_home_on_macos_and_name_of_the_user(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        {
          home = { username = "al"; homeDirectory = "/home/alice"; };
          #        ^^^^^^^^ other-username
          #                         ^^^^^^^^^^^^^ home-on-darwin
        }
        #- homes/alice/meta.nix
        { system = "x86_64-darwin"; }
        """
    found = check(tmp_path, tree)
    for each in reversed(found):
        apply(each.fixes[0].edit)
    assert (
        '{ username = "alice"; homeDirectory = "/Users/alice"; }' in Path(found[0].path).read_text()
    )


def test_options_of_nixos(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        {
          environment.systemPackages = [ ];
        # ^^^^^^^^^^^^^^^^^^^^^^^^^^ nixos-option
          services.openssh.enable = true;
        # ^^^^^^^^^^^^^^^^^^^^^^^ nixos-option
          services.syncthing.enable = true;
        }
        """
    packages, service = check(tmp_path, tree)
    assert "It is one of NixOS. In a home it is home.packages" in packages.message
    assert service.fixes == ()
    apply(fix_of(packages, "Change to home.packages").edit)
    assert "  home.packages = [ ];" in Path(packages.path).read_text()


def test_an_option_of_that_name_of_ones_own_is_none_of_nixos(tmp_path: Path) -> None:
    tree = """
        #- modules/home/default.nix
        { lib, ... }: { options.hardware.gpu = lib.mkOption { type = lib.types.str; }; }
        #- homes/alice/default.nix
        { hardware.gpu = "amd"; }
        """
    assert problems(tmp_path, tree) == []


def test_a_flake_that_fails(tmp_path: Path) -> None:
    tree = """
        #- flake.nix
        {
          outputs = _: {
            homeConfigurations = throw "not yet";
        #                        ^^^^^^^^^^^^^^^ evaluation-error
          };
        }
        #- homes/alice/default.nix
        { }
        """
    check(tmp_path, tree)


def test_a_condition_inside_of_an_unknown_one_may_fail(tmp_path: Path) -> None:
    check(
        tmp_path,
        """
        #- modules/home/default.nix
        { lib, ... }: {
          options.my.cursor = lib.mkOption {
            default = null;
            type = lib.types.nullOr (lib.types.submodule {
              options.visible = lib.mkEnableOption "it";
            });
          };
        }
        #- homes/alice/default.nix
        { config, lib, pkgs, ... }: {
          home.sessionVariables = lib.mkIf (pkgs.some.flag == 1)
            (lib.mkIf config.my.cursor.visible { CURSOR = "1"; });
          home.sessionPath = lib.mkIf (pkgs.some.flag == 1)
            (lib.mkMerge [ (lib.mkIf config.my.cursor.visible [ "/x" ]) ]);
        }
        """,
    )
