"""Inlay hints and code lenses: what is overridden, and where."""

from __future__ import annotations

from pathlib import Path

from hmls.ide.code_lens import deployment_lenses, override_lenses
from hmls.ide.inlay_hints import inlay_hints
from tests.trees import Tree, in_tree

TREE = """
    #- homes/alice/default.nix
    {
      programs.git.enable = lib.mkDefault false;$0
      programs.bat.enable = true;
      programs.fzf.enable = lib.mkDefault false;
    }
    #- homes/alice@global/default.nix
    { programs.fzf.enable = true; }
    #- homes/alice@desk/default.nix
    { programs.git.enable = true; programs.fzf.enable = true; }
    #- homes/alice@pi/default.nix
    { programs.fzf.enable = lib.mkForce false; }
"""


def hints(folder: Path, text: str, focus: str | None = None) -> list[str]:
    def ask(tree: Tree) -> list[str]:
        found = inlay_hints(tree.view, tree.path, 0, 10_000, focus)
        source = Path(tree.path).read_bytes()
        return [source[: h.offset].decode().rsplit("\n", 1)[-1].strip() + h.text for h in found]

    return in_tree(folder, text, ask)


def test_the_value_of_later_layers_stands_beside(tmp_path: Path) -> None:
    assert hints(tmp_path, TREE) == [
        "programs.git.enable = lib.mkDefault false→ true on desk",
        "programs.fzf.enable = lib.mkDefault false→ true on alice, desk; false on pi",
    ]


def test_the_focus_comes_first(tmp_path: Path) -> None:
    assert hints(tmp_path, TREE, "alice@pi")[1].endswith("→ false on pi; true on alice, desk")


def test_lists_that_are_merged_are_not_overridden(tmp_path: Path) -> None:
    text = """
    #- homes/alice/default.nix
    { home.packages = [ pkgs.a ];$0 }
    #- homes/alice@desk/default.nix
    { home.packages = [ pkgs.b ]; }
"""
    assert hints(tmp_path, text) == []


def test_a_hint_leads_to_the_winner(tmp_path: Path) -> None:
    def ask(tree: Tree) -> tuple[str, str]:
        hint = inlay_hints(tree.view, tree.path, 0, 10_000)[0]
        assert hint.place is not None
        return tree.relative(hint.place.path), hint.tooltip

    assert in_tree(tmp_path, TREE, ask) == (
        "homes/alice@desk/default.nix",
        "alice@desk: true from homes/alice@desk/default.nix:2",
    )


def test_a_layer_offers_its_deployments(tmp_path: Path) -> None:
    def ask(tree: Tree) -> list[tuple[str, str | None]]:
        found = deployment_lenses(tree.view, tree.path)
        return [(lens.title, lens.command.name if lens.command else None) for lens in found][:5]

    assert in_tree(tmp_path, TREE, ask) == [
        ("alice · standalone", None),
        ("build", "build"),
        ("preview", "preview"),
        ("switch", "switch"),
        ("alice@desk · base, desk", None),
    ]


def test_a_title_says_nothing_twice(tmp_path: Path) -> None:
    text = """
    #- homes/alice@desk/default.nix
    { }$0
    #- systems/desk/default.nix
    { }
    #- flake.nix
    {
      inputs.nixpkgs.url = "github:NixOS/nixpkgs";
      inputs.home-manager.url = "github:nix-community/home-manager";
      outputs = { nixpkgs, home-manager, ... }: {
        homeConfigurations."alice@desk" = home-manager.lib.homeManagerConfiguration {
          pkgs = nixpkgs.legacyPackages.x86_64-linux;
          modules = [ (./homes + "/alice@desk") ];
        };
        nixosConfigurations.desk = nixpkgs.lib.nixosSystem {
          modules = [
            home-manager.nixosModules.home-manager
            { home-manager.users.alice.imports = [ (./homes + "/alice@desk") ]; }
          ];
        };
      };
    }
    """

    def ask(tree: Tree) -> list[str]:
        lenses = deployment_lenses(tree.view, tree.path)
        return [lens.title for lens in lenses if lens.command is None]

    assert in_tree(tmp_path, text, ask) == ["alice@desk · host", "alice@desk:standalone"]


def test_overridden_settings_are_counted(tmp_path: Path) -> None:
    def ask(tree: Tree) -> list[tuple[str, list[str]]]:
        found = override_lenses(tree.view, tree.path)
        return [(lens.title, [tree.relative(p.path) for p in lens.places]) for lens in found]

    assert in_tree(tmp_path, TREE, ask) == [
        ("overridden on desk", ["homes/alice@desk/default.nix"]),
        (
            "overridden on 3 targets",
            [
                "homes/alice@global/default.nix",
                "homes/alice@desk/default.nix",
                "homes/alice@pi/default.nix",
            ],
        ),
    ]
