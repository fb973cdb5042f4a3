"""`hmls layers`, as a person reads it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from hmls.cli import main
from tests.diagnostics.trees import write_tree


def test_a_layer_that_no_target_has_is_shown(tmp_path: Path) -> None:
    write_tree(tmp_path, "#- homes/alice/default.nix\n{ }\n#- homes/alice@attic/default.nix\n{ }")
    lines = CliRunner().invoke(main, ["layers", str(tmp_path)]).stdout.splitlines()
    assert any("homes/alice@attic" in line and line.startswith(" alice") for line in lines)
    assert any(line.split()[:2] == ["alice", "standalone"] for line in lines)


def test_a_target_is_on_one_line_where_nobody_says_how_wide_that_is(tmp_path: Path) -> None:
    write_tree(tmp_path, f"#- homes/{'alice' * 20}/default.nix\n{{ }}")
    lines = CliRunner().invoke(main, ["layers", str(tmp_path)]).stdout.splitlines()
    assert any(line.split()[:2] == ["alice" * 20, "standalone"] for line in lines)


def test_a_flake_without_homes_says_so_and_why(tmp_path: Path) -> None:
    flake = """{
      inputs.den.url = "github:vic/den"; inputs.flake-parts.url = "github:hercules-ci/flake-parts";
      outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
        systems = [ ]; imports = [ inputs.den.flakeModule ];
      };
    }"""
    write_tree(tmp_path, f"#- flake.nix\n{flake}\n#- homes/README.md\nnothing")
    said = " ".join(CliRunner().invoke(main, ["layers", str(tmp_path)]).stdout.split())
    assert "no targets: hmls check --explain says what was understood" in said
    assert "no standalone homes, for no layer is known (homeConfigurations is unknown" in said


def test_hosts_whose_homes_nobody_knows_are_named_once(tmp_path: Path) -> None:
    flake = """{
      inputs.own.url = "github:me/own";
      outputs = { own, ... }: { nixosConfigurations = { a = own.make 1; b = own.make 2; }; };
    }"""
    write_tree(tmp_path, f"#- flake.nix\n{flake}\n#- homes/README.md\nnothing")
    said = " ".join(CliRunner().invoke(main, ["layers", str(tmp_path)]).stdout.split())
    assert "no home is on a, b: no layer there is known (it is unknown: the input own" in said


def test_the_lines_that_decide_about_a_target_are_named(tmp_path: Path) -> None:
    flake = """{
      inputs.nixpkgs.url = "github:NixOS/nixpkgs";
      inputs.home-manager.url = "github:nix-community/home-manager";
      outputs = { nixpkgs, home-manager, self }: {
        homeConfigurations.alice = import ./builder.nix {
          inherit nixpkgs home-manager;
        };
        nixosConfigurations = nixpkgs.lib.genAttrs [ "desk" ] (host: nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ home-manager.nixosModules.home-manager
            { home-manager.users.alice = ./homes/alice; } ];
        });
      };
    }"""
    builder = """{ nixpkgs, home-manager }: home-manager.lib.homeManagerConfiguration {
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      modules = [ ./homes/alice ];
    }"""
    tree = f"#- flake.nix\n{flake}\n#- builder.nix\n{builder}\n#- homes/alice/default.nix\n{{ }}"
    write_tree(tmp_path, tree)
    lines = CliRunner().invoke(main, ["layers", str(tmp_path)]).stdout.splitlines()
    assert [
        line.partition("Configurations.")[2].split() for line in lines if " x86_64" in line
    ] == [
        ["alice", "flake.nix:5", "builder.nix:3"],
        ["desk", "flake.nix:8,10"],
    ]


_BLUEPRINT = """{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  inputs.blueprint.url = "github:numtide/blueprint";
  outputs =
    inputs: inputs.blueprint { inherit inputs; systems = [ "x86_64-linux" ]; };
}"""


def test_homes_found_by_a_builder_are_decided_by_the_outputs(tmp_path: Path) -> None:
    home = "#- hosts/desk/users/alice.nix\n{ }"
    write_tree(tmp_path, f"#- flake.nix\n{_BLUEPRINT}\n{home}")
    lines = CliRunner().invoke(main, ["layers", str(tmp_path)]).stdout.splitlines()
    assert [line.split()[-1] for line in lines if " standalone " in line] == ["flake.nix:5"]


def test_a_home_of_the_layout_is_decided_by_its_folders(tmp_path: Path) -> None:
    flake = """{
      inputs.own.url = "github:me/own";
      outputs = { own, ... }: { homeConfigurations = own.make ./.; };
    }"""
    write_tree(tmp_path, f"#- flake.nix\n{flake}\n#- homes/alice/default.nix\n{{ }}")
    said = CliRunner().invoke(main, ["layers", str(tmp_path)]).stdout
    lines = [line.rstrip() for line in said.splitlines() if " standalone " in line]
    assert lines[0].endswith(" its folders")
    assert "assumed: alice (homeConfigurations is unknown: the input own" in " ".join(said.split())
