"""Problems that are seen by looking at one file, and their quick fixes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.homes.workspace import Views, Workspace
from hmls.ide.diagnostics import Diagnostic, diagnose_file
from hmls.lang.thread import run
from tests.diagnostics.check import check
from tests.diagnostics.trees import apply, fix_of, problems, write_tree


def test_duplicates_and_syntax_errors_are_told_as_nix_does(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        {
          a = 1;
          a = 2;
        # ^^^^^ syntax-error
        }
        """
    assert "attribute 'a' already defined at" in check(tmp_path, tree)[0].message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{ lib, ... }: { x = pkgs; }", "{ pkgs, lib, ... }: { x = pkgs; }"),
        ("{ ... }: { x = pkgs; }", "{ pkgs, ... }: { x = pkgs; }"),
        ("args: { x = pkgs; }", "args@{ pkgs, ... }: { x = pkgs; }"),
        ("_: { x = pkgs; }", "{ pkgs, ... }: { x = pkgs; }"),
        ("{ x = pkgs; }", "{ pkgs, ... }:\n{ x = pkgs; }"),
        ("{ # 🎉\n  lib, ... }: { x = pkgs; }", "{ # 🎉\n  pkgs,\n  lib, ... }: { x = pkgs; }"),
        ("let a = 1; in { ... }: { x = pkgs; }", "let a = 1; in { pkgs, ... }: { x = pkgs; }"),
        ("let a = pkgs; in { x = a; }", "{ pkgs, ... }:\nlet a = pkgs; in { x = a; }"),
        ("{\n  lib,\n  ...\n}:\n{ x = pkgs; }", "{\n  pkgs,\n  lib,\n  ...\n}:\n{ x = pkgs; }"),
    ],
)
def test_missing_arguments_are_taken(tmp_path: Path, before: str, after: str) -> None:
    (found,) = problems(tmp_path, f"#- homes/alice/default.nix\n{before}")
    apply(fix_of(found, "Take pkgs as an argument").edit)
    assert (tmp_path / "homes/alice/default.nix").read_text() == f"{after}\n"


def test_arguments_of_the_flakes_own_are_taken_where_it_passes_them(tmp_path: Path) -> None:
    tree = """
        #- flake.nix
        { outputs = { self, home-manager, ... }@inputs: {
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              extraSpecialArgs = { inherit inputs; };
              modules = [ ./homes/alice ];
            };
        }; }
        #- homes/alice/default.nix
        { ... }: { a = inputs.self; b = osConfig.x; c = inptus.x; }
        #- homes/bob/default.nix
        let a = colour; in { ... }: { }
        """
    titles = {d.message: [fix.title for fix in d.fixes] for d in problems(tmp_path, tree)}
    assert titles["undefined variable 'inputs'"] == ["Take inputs as an argument"]
    assert titles["undefined variable 'osConfig'"] == ["Take osConfig as an argument"]
    assert titles["undefined variable 'inptus'"] == []
    assert titles["undefined variable 'colour'"] == []


def test_an_imported_sum_of_a_path_and_a_text(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { imports = [ (../. + "/alice@globol") (../. + "/bob") ]; x = ../. + "/none"; }
        #              ^^^^^^^^^^^^^^^^^^^^^^ missing-import
        #- homes/alice@global/default.nix
        { }
        #- homes/bob/default.nix
        { }
        """
    (found,) = check(tmp_path, tree)
    apply(found.fixes[0].edit)
    assert "[ (../alice@global) (../." in (tmp_path / "homes/alice/default.nix").read_text()


def test_misspelt_variable(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        let editor = "vim"; in
        { x = editr; }
        #     ^^^^^ undefined-variable
        """
    assert fix_of(check(tmp_path, tree)[0], "Change to editor").edit is not None


def test_one_step_up_too_few(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { imports = [ ../modules/home/git.nix ]; }
        #             ^^^^^^^^^^^^^^^^^^^^^^^ missing-import
        #- modules/home/git.nix
        { }
        """
    (found,) = check(tmp_path, tree)
    assert found.message == "homes/modules/home/git.nix does not exist"
    assert found.fixes[0].title == "Change to ../../modules/home/git.nix"
    apply(found.fixes[0].edit)
    assert problems(tmp_path, "#- other/x.nix\n{ }") == []


def test_folder_without_a_module(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { imports = [ ./shell ]; }
        #             ^^^^^^^ missing-import
        #- homes/alice/shell/zsh.nix
        { }
        """
    (found,) = check(tmp_path, tree)
    apply(fix_of(found, "Create shell/default.nix").edit)
    assert (tmp_path / "homes/alice/shell/default.nix").exists()


@pytest.mark.parametrize(
    "text",
    [
        "{ lib, ... }: { imports = lib.optional (builtins.pathExists ./x.nix) ./x.nix; }",
        "{ imports = if builtins.pathExists ./x.nix then [ ./x.nix ] else [ ]; }",
        "{ imports = builtins.filter builtins.pathExists [ ./x.nix ]; }",
        "let p = ./x.nix; in { imports = if builtins.pathExists p then [ p ] else [ ]; }",
        "{ lib, ... }: { options.x = lib.mkOption { example = ./x.nix; }; }",
        "{ a = ./. + /x.nix; b = x: ./${x}/y; }",
    ],
)
def test_paths_that_may_be_absent(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, f"#- homes/alice/default.nix\n{text}") == []


def test_ignored_by_git(tmp_path: Path) -> None:
    tree = """
        #= git add flake.nix homes/alice/default.nix .gitignore
        #- homes/alice/default.nix
        { home.file.token.source = ./secret.txt; }
        #                          ^^^^^^^^^^^^ missing-path
        #- homes/alice/secret.txt
        hunter2
        #- .gitignore
        secret.txt
        """
    (found,) = check(tmp_path, tree)
    expected = "homes/alice/secret.txt is ignored by git, so the flake does not have it"
    assert found.message == expected


def test_host_layer_is_no_standalone_output(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { a = "🎉 .#alice@box .#alice@nowhere .#bob@box #alice"; }
        #          ^^^^^^^^^ not-standalone
        #- systems/box/default.nix
        { }
        """
    (found,) = check(tmp_path, tree)
    assert [fix.title for fix in found.fixes] == [
        "Change to alice, the standalone home",
        "Change to box, the system",
    ]
    apply(found.fixes[0].edit)
    assert ".#alice .#alice@nowhere" in (tmp_path / "homes/alice/default.nix").read_text()


def test_sudo_home_manager(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        # sudo home-manager switch
        { a = "sudo home-manager switch"; description = "sudo home-manager switch"; }
        #      ^^^^^^^^^^^^^^^^^^^^^^^^ sudo-home-manager
        """
    (found,) = check(tmp_path, tree)
    apply(found.fixes[0].edit)
    assert '{ a = "home-manager switch";' in (tmp_path / "homes/alice/default.nix").read_text()


def test_untracked_file_is_added(tmp_path: Path) -> None:
    tree = """
        #= git add flake.nix homes/alice/default.nix
        #- homes/alice/default.nix
        { imports = [ ./a.nix ]; }
        #- homes/alice/a.nix
        { }
        """
    (found,) = problems(tmp_path, tree)
    command = found.fixes[0].command
    assert command is not None
    assert command.name == "track"
    assert command.argument == {
        "root": str(tmp_path),
        "paths": [str(tmp_path / "homes/alice/a.nix")],
    }


def test_a_buffer_without_a_file_cannot_be_added(tmp_path: Path) -> None:
    """Never saved, or its file went when another branch was checked out."""
    write_tree(
        tmp_path, "#= git add flake.nix homes/alice/default.nix\n#- homes/alice/default.nix\n{ }"
    )
    path = str(tmp_path / "homes/alice/new.nix")

    def look() -> list[Diagnostic]:
        workspace = Workspace()
        workspace.set_folders([str(tmp_path)])
        workspace.open(path, b"{ }")
        return diagnose_file(Views(workspace).newest(), path)

    assert run(look) == []
    (tmp_path / "homes/alice/new.nix").write_text("{ }")
    assert [d.code.name for d in run(look)] == ["untracked-file"]


def test_host_layer_is_no_attribute_of_the_homes(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { a = ''nix build .#homeConfigurations."alice@box".activationPackage 🎉''; }
        #                                       ^^^^^^^^^ not-standalone
        #- homes/bob/default.nix
        { a = "nix build .#homeConfigurations.\\"alice@box\\""; }
        #                                       ^^^^^^^^^ not-standalone
        #- homes/alice@box/default.nix
        { }
        #- systems/box/default.nix
        { networking.hostName = "box"; }
        """
    for found in check(tmp_path, tree):
        assert [fix.title for fix in found.fixes] == ["Change to alice, the standalone home"]


def test_global_layer_is_no_standalone_output(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { a = "🎉 home-manager switch --flake .#alice@global"; }
        #                                      ^^^^^^^^^^^^ not-standalone
        #- homes/alice@global/default.nix
        { }
        """
    (found,) = check(tmp_path, tree)
    assert [fix.title for fix in found.fixes] == ["Change to alice, the standalone home"]
