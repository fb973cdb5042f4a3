"""Who uses what, in all files."""

from __future__ import annotations

from hmls.ide.references import highlights, references
from tests.ide.tree import ask, shown
from tests.trees import Tree


def used(text: str, *, definitions: bool = True) -> list[str]:
    def question(tree: Tree) -> list[str]:
        found = references(tree.view, tree.path, tree.offset, definitions=definitions)
        return shown(tree, found)

    return ask(text, question)


def highlighted(text: str) -> list[str]:
    def question(tree: Tree) -> list[str]:
        found = highlights(tree.view, tree.path, tree.offset)
        texts = shown(tree, [each.place for each in found])
        return [
            ("= " if each.is_definition else "") + text.split(": ")[1]
            for each, text in zip(found, texts, strict=True)
        ]

    return ask(text, question)


SETTING = """
    #- modules/home/default.nix
    { config, lib, ... }: let cfg = config.my; in {
      options.my.name = lib.mkOption { };
      config.home.file."🎉".text = "🎉${cfg.name}";
    }
    #- homes/alice/default.nix
    { my.na$0me = "x"; }
    #- homes/alice@workstation/default.nix
    { config, ... }: let inherit (config.my) name; in { my = { name = "🎉"; }; a.b = name; }
    #- systems/workstation/default.nix
    { config, ... }: { my.name = 1; a = config.my.name; }
"""


def test_a_setting() -> None:
    assert used(SETTING) == [
        "homes/alice/default.nix: my.name",
        "homes/alice@workstation/default.nix: name",
        "homes/alice@workstation/default.nix: name",
        "homes/alice@workstation/default.nix: name",
        "modules/home/default.nix: options.my.name",
        "modules/home/default.nix: name",
    ]


def test_a_setting_without_what_defines_it() -> None:
    assert used(SETTING, definitions=False) == [
        "homes/alice@workstation/default.nix: name",
        "homes/alice@workstation/default.nix: name",
        "modules/home/default.nix: name",
    ]


def test_a_variable() -> None:
    assert (
        used("""
        #- homes/alice/default.nix
        let te$0xt = "🎉"; in { a = text; b = { inherit text; c = let text = 1; in text; }; }
    """)
        == ["homes/alice/default.nix: text"] * 3
    )


def test_a_user() -> None:
    assert used("""
        #- homes/alice/default.nix
        { home.username = "al$0ice"; home.homeDirectory = "/home/alice"; a = "malice alice"; }
        #- homes/alice@workstation/default.nix
        { imports = [ (../. + "/alice@global/x.nix") ../alice/x.nix ];
          home.shellAliases.up = "home-manager switch --flake .#alice"; }
    """) == [
        "flake.nix: alice",
        "flake.nix: alice",
        "flake.nix: alice",
        "flake.nix: alice",
        "flake.nix: alice",
        "flake.nix: alice",
        "flake.nix: alice",
        "homes/alice/default.nix: alice",
        "homes/alice/default.nix: alice",
        "homes/alice@workstation/default.nix: alice",
        "homes/alice@workstation/default.nix: alice",
        "homes/alice@workstation/default.nix: alice",
    ]


def test_a_host() -> None:
    found = used("""
        #- homes/alice/default.nix
        { osConfig, lib, ... }:
        lib.mkIf (builtins.elem osConfig.networking.hostName [ "work$0station" "🎉" ]) { }
        #- systems/workstation/default.nix
        { networking.hostName = "workstation"; a.text = "a workstation"; }
    """)
    assert found == [
        "flake.nix: workstation",
        "flake.nix: workstation",
        "flake.nix: workstation",
        "homes/alice/default.nix: workstation",
        "systems/workstation/default.nix: workstation",
    ]


def test_where_a_file_is_imported() -> None:
    assert used("""
        #- homes/alice/default.nix
        { imports = [ ./gi$0t.nix ]; }
        #- homes/alice@workstation/default.nix
        { imports = [ ../alice/git.nix ]; }
        #- homes/alice/git.nix
        { }
    """) == [
        "homes/alice/default.nix: ./git.nix",
        "homes/alice@workstation/default.nix: ../alice/git.nix",
    ]


def test_an_input() -> None:
    assert used("""
        #- homes/alice/default.nix
        { inputs, ... }: { imports = [ inputs.nix$0pkgs.x ]; }
    """) == ["flake.nix: nixpkgs", "flake.nix: nixpkgs", "homes/alice/default.nix: nixpkgs"]


def test_highlights_of_a_setting() -> None:
    assert highlighted("""
        #- homes/alice/default.nix
        { config, ... }: { my.na$0me = "🎉"; a = "🎉${config.my.name}"; }
    """) == ["= my.name", "name"]


def test_highlights_of_an_argument() -> None:
    assert highlighted("""
        #- homes/alice/default.nix
        { pkgs, ... }: { home.packages = with pk$0gs; [ pkgs.git ]; }
    """) == ["= pkgs", "pkgs", "pkgs"]
