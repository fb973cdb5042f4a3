"""Moving settings between layers, and new layers."""

from __future__ import annotations

import os

import pytest

from hmls.ide.actions import Action, actions_at
from hmls.ide.rename import apply_edits
from hmls.ide.types import CreateFile, TextEdit
from tests.ide.tree import ask
from tests.trees import Tree


def offered(text: str) -> list[str]:
    """The titles of what can be done at the cursor besides deploying."""

    def question(tree: Tree) -> list[str]:
        found = actions_at(tree.view, tree.path, tree.offset, tree.offset)
        return [a.title for a in found if a.kind != "deploy"]

    return ask(text, question)


def moved(text: str, to: str) -> dict[str, str] | str:
    """The changed files after a move, without the arguments that tests.trees adds; or why not."""

    def question(tree: Tree) -> dict[str, str] | str:
        found = actions_at(tree.view, tree.path, tree.offset, tree.offset)
        action = next(a for a in found if a.title.startswith("Move ") and f" to {to}" in a.title)
        return _after(tree, action)

    return ask(text, question)


def _after(tree: Tree, action: Action) -> dict[str, str] | str:
    if action.edit is None:
        return action.disabled or "nothing"
    edits: dict[str, list[TextEdit]] = {}
    found: dict[str, str] = {}
    for each in action.edit.edits:
        if isinstance(each, TextEdit):
            edits.setdefault(each.path, []).append(each)
        elif isinstance(each, CreateFile):
            found[os.path.relpath(each.path, tree.root)] = each.text
    for path, changes in edits.items():
        source = tree.view.source(path)
        assert source is not None
        found[os.path.relpath(path, tree.root)] = apply_edits(source.text, changes).decode()
    return found


BASE, HOST = "homes/alice/default.nix", "homes/alice@workstation/default.nix"


def test_a_plain_setting_goes_into_the_set_that_holds_it() -> None:
    assert moved(
        """
        #- homes/alice/default.nix
        { pkgs, ... }:
        {
          programs.git = {
            userName = "🎉";
          };
        }
        #- homes/alice@workstation/default.nix
        { pkgs, ... }:
        {
          a = "🎉";
          programs.git.en$0able = true;
        }
        """,
        "base",
    ) == {
        BASE: "{ pkgs, ... }:\n{\n  programs.git = {\n"
        '    userName = "🎉";\n    enable = true;\n  };\n}\n',
        HOST: '{ pkgs, ... }:\n{\n  a = "🎉";\n}\n',
    }


def test_comments_come_along() -> None:
    assert moved(
        """
        #- homes/alice/default.nix
        { pkgs, ... }:
        {
        }
        #- homes/alice@workstation/default.nix
        { pkgs, ... }:
        {
          # About a.
          a = 1;

          # Why 🎉
          # it is so.
          programs.git.en$0able = true; # not yet

          # Both.
          b = 1;
          c = 1;
        }
        """,
        "base",
    ) == {
        BASE: "{ pkgs, ... }:\n{\n  # Why 🎉\n  # it is so.\n"
        "  programs.git.enable = true; # not yet\n}\n",
        HOST: "{ pkgs, ... }:\n{\n  # About a.\n  a = 1;\n\n  # Both.\n  b = 1;\n  c = 1;\n}\n",
    }


def test_arguments_come_along_in_their_order() -> None:
    assert moved(
        """
        #- homes/alice/default.nix
        { config, ... }: { }
        #- homes/alice@workstation/default.nix
        { config, lib, pkgs, ... }:
        {
          home.pack$0ages = lib.mkAfter [ pkgs.git ];
        }
        """,
        "base",
    ) == {
        BASE: "{ config, lib, pkgs, ... }: {\n  home.packages = lib.mkAfter [ pkgs.git ];\n}\n",
        HOST: "{ config, lib, pkgs, ... }:\n{\n}\n",
    }


def test_arguments_one_a_line_stay_one_a_line() -> None:
    found = moved(
        """
        #- homes/alice/default.nix
        {
          config,
          ...
        }:
        {
        }
        #- homes/alice@workstation/default.nix
        { pkgs, ... }: { home.pack$0ages = [ pkgs.git ]; }
        """,
        "base",
    )
    assert isinstance(found, dict)
    assert found[BASE] == (
        "{\n  config,\n  pkgs,\n  ...\n}:\n{\n  home.packages = [ pkgs.git ];\n}\n"
    )


def test_a_file_without_arguments_gets_some() -> None:
    found = moved(
        """
        #- homes/alice/default.nix
        # Alice.
        rec { }
        #- homes/alice@global/default.nix
        # Alice everywhere else.
        let in { x = 1; }
        #- homes/alice@workstation/default.nix
        { pkgs, ... }: { home.pack$0ages = [ pkgs.git ]; }
        """,
        "global",
    )
    assert isinstance(found, dict)
    assert found["homes/alice@global/default.nix"] == (
        "# Alice everywhere else.\n{ pkgs, ... }:\n\n"
        "let in { x = 1; home.packages = [ pkgs.git ]; }\n"
    )


def test_arguments_that_nobody_looked_at_become_a_pattern() -> None:
    found = moved(
        """
        #- homes/alice/default.nix
        _: { }
        #- homes/alice@workstation/default.nix
        { pkgs, ... }: { home.pack$0ages = [ pkgs.git ]; }
        """,
        "base",
    )
    assert isinstance(found, dict)
    assert found[BASE] == "{ pkgs, ... }: {\n  home.packages = [ pkgs.git ];\n}\n"


def test_names_of_the_file_are_spelled_out() -> None:
    found = moved(
        """
        #- homes/alice@workstation/default.nix
        { config, lib, ... }:
        let inherit (lib) mkDefault; cfg = config.my; in
        { programs.git = with lib; { enable$0 = mkDefault (mkIf cfg.on true); }; }
        """,
        "base",
    )
    assert isinstance(found, dict)
    assert "programs.git.enable = lib.mkDefault (lib.mkIf config.my.on true);" in found[BASE]


def test_paths_lead_where_they_led() -> None:
    found = moved(
        """
        #- homes/alice@workstation/default.nix
        { home.file$0 = { a.source = ./files/a; b.source = ../../assets/b; }; }
        """,
        "base",
    )
    assert isinstance(found, dict)
    assert 'a.source = (../. + "/alice@workstation/files/a");' in found[BASE]
    assert "b.source = ../../assets/b;" in found[BASE]


def test_lines_keep_their_shape() -> None:
    found = moved(
        """
        #- homes/alice/default.nix
        { ... }:
        {
          programs = {
            zsh = {
              enable = true;
            };
          };
        }
        #- homes/alice@workstation/default.nix
        { ... }:
        {
          programs.zsh.init$0Content = ''
            echo 🎉
              in
          '';
        }
        """,
        "base",
    )
    assert isinstance(found, dict)
    assert found[BASE] == (
        "{ ... }:\n{\n  programs = {\n    zsh = {\n      enable = true;\n"
        "      initContent = ''\n        echo 🎉\n          in\n      '';\n    };\n  };\n}\n"
    )


def test_a_layer_that_is_not_there_is_made() -> None:
    found = moved(
        """
        #- flake.nix
        { outputs = { ... }: { homeConfigurations = { }; nixosConfigurations = { }; }; }
        #- systems/pi/default.nix
        { }
        #- homes/alice/default.nix
        { lib, ... }: { "a b".c$0 = lib.mkForce "🎉 $(touch x)"; d = 1; }
        """,
        "global",
    )
    assert found == {
        "homes/alice@global/default.nix": "# What alice has where `home-manager switch --flake "
        '.#alice` deploys it.\n{ lib, ... }:\n\n{\n  "a b".c = lib.mkForce "🎉 $(touch x)";\n}\n',
        BASE: "{ lib, ... }: { d = 1; }\n",
    }


def test_settings_below_config_stay_below_config() -> None:
    found = moved(
        """
        #- homes/alice/default.nix
        { lib, ... }: { options.x = lib.mkOption { }; config.y = 1; }
        #- homes/alice@workstation/default.nix
        { config.programs.git.en$0able = true; }
        """,
        "base",
    )
    assert isinstance(found, dict)
    assert "config.programs.git.enable = true;" in found[BASE]


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("{ lib, ... }: lib.mkIf true { a.b$0 = 1; }", "It stands under a condition"),
        ("let x = 1; in { a.b$0 = x; }", "It uses x, which only this file has."),
        ("args: { a.b$0 = args.lib.x; }", "It uses args, which only this file has."),
        ("{ osConfig, ... }: { a.b$0 = osConfig.x; }", "It reads osConfig"),
        ("{ ... }: { z.y$0 = 1; }", "homes/alice/default.nix sets it already."),
        ("{ ... }: { q.r$0 = 1; }", "What homes/alice/default.nix says of q is no plain set."),
        (
            "{ a.b$0 = " + "if true then " * 9999 + "1" + " else 2" * 9999 + "; }",
            "It is nested too",
        ),
        ("rec { a.b$0 = 1; c = a; }", "This file would not be valid any more"),
    ],
)
def test_what_cannot_be_moved_says_why(setting: str, why: str) -> None:
    text = f"""
#- homes/alice/default.nix
{{ lib, ... }}: {{ z.y = 2; q = lib.mkIf true {{ }}; }}
#- homes/alice@workstation/default.nix
{setting}
"""
    found = moved(text, "base")
    assert isinstance(found, str)
    assert found.startswith(why)


def test_what_is_no_setting_is_not_offered_to_be_moved() -> None:
    for text in (
        "let x$0 = 1; in { }",
        "{ imports$0 = [ ]; }",
        "{ options.a$0 = 1; }",
        "{ a = 1$0; }",
    ):
        found = offered(f"#- homes/alice/default.nix\n{text}")
        assert not [title for title in found if title.startswith("Move ")]


def test_new_layers_of_the_user_at_hand() -> None:
    found = offered("""
        #- homes/bob/default.nix
        { a = 1$0; }
    """)
    assert found == [
        "New global layer for bob (homes/bob@global)",
        "New host layer for bob on workstation (homes/bob@workstation)",
        "New user newuser (homes/newuser)",
    ]


def test_a_new_user_for_an_account() -> None:
    found = offered("""
        #- systems/workstation/default.nix
        { users.users.ev$0e = { }; }
    """)
    assert found[0] == "New user eve (homes/eve)"


def test_a_new_layer_says_what_deploys_it() -> None:
    def question(tree: Tree) -> dict[str, str] | str:
        found = actions_at(tree.view, tree.path, tree.offset, tree.offset)
        return _after(tree, next(a for a in found if "on workstation" in a.title))

    assert ask("#- homes/bob/default.nix\n{ a = 1$0; }", question) == {
        "homes/bob@workstation/default.nix": "# What bob has on workstation only: `sudo "
        "nixos-rebuild switch --flake .#workstation` deploys it.\n"
        "{ config, lib, pkgs, ... }:\n\n{\n}\n"
    }


def test_a_file_that_only_lies_among_the_layers_of_machines_is_no_place_to_go() -> None:
    titles = offered("""
        #- flake.nix
        {
          inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          inputs.home-manager.url = "github:nix-community/home-manager";
          outputs = { nixpkgs, home-manager, ... }: {
            nixosConfigurations.desk = nixpkgs.lib.nixosSystem {
              modules = [
                home-manager.nixosModules.home-manager
                { home-manager.users.alice = ./home/alice/desk.nix; }
              ];
            };
          };
        }
        #- home/alice/global/default.nix
        { "🎉" = 1; }
        #- home/alice/desk.nix
        { imports = [ ./global ]; home.user$0name = "alice"; }
        #- home/alice/helper.nix
        { }
    """)
    assert [title for title in titles if title.startswith("Move ")] == [
        "Move home.username to base"
    ]
