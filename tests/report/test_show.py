"""`hmls show`, run as people run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.text import Text

from hmls.cli import main
from hmls.report.entry import Entry
from tests.support import write_files
from tests.trees import files_of

TREE = """
    #- homes/alice/default.nix
    {
      programs.git.enable = lib.mkDefault false;
      programs.bat.config."a.b" = 1;
    }
    #- homes/alice@desk/default.nix
    { programs.git.enable = lib.mkForce true; }
"""


@pytest.fixture
def root(tmp_path: Path) -> str:
    write_files(str(tmp_path), files_of(TREE))
    return str(tmp_path)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["show", *arguments])
    return result.exit_code, result.output


def test_json_of_one_setting(root: str) -> None:
    status, output = run("alice@desk", "programs.git.enable", "--flake", root, "--json")
    assert status == 0
    assert json.loads(output)["options"] == [
        {
            "path": ["programs", "git", "enable"],
            "known": True,
            "defined": True,
            "value": True,
            "text": "true",
            "reason": None,
            "error": None,
            "priority": 50,
            "type": "boolean",
            "assumes": ["home-manager"],
            "winners": [{"file": "homes/alice@desk/default.nix", "line": 2, "layer": "host"}],
            "losers": [
                {
                    "file": "flake.nix",
                    "line": 1,
                    "layer": "default",
                    "why": "priority 1500 loses to 50",
                },
                {
                    "file": "homes/alice/default.nix",
                    "line": 3,
                    "layer": "base",
                    "why": "priority 1000 loses to 50",
                },
            ],
        }
    ]


def test_a_set_shows_what_is_in_it(root: str) -> None:
    status, output = run("alice", "programs", "--flake", root, "--json")
    assert status == 0
    assert [o["path"] for o in json.loads(output)["options"]] == [
        ["programs", "bat", "config", "a.b"],
        ["programs", "git", "enable"],
    ]


def test_text_names_winner_and_loser(root: str) -> None:
    status, output = run("alice@desk", "programs.git.enable", "--flake", root)
    assert status == 0
    assert "programs.git.enable = true" in output
    assert "homes/alice/default.nix:3 · base" in output


def shown(text: str, places: list[str], width: int | None) -> list[str]:
    console = Console(width=width or 20, force_terminal=width is not None, color_system=None)
    with console.capture() as capture:
        console.print(Entry(Text(text), places), soft_wrap=width is None)
    return capture.get().splitlines()


def test_a_place_stands_at_the_right_or_below() -> None:
    assert shown("a = 1", ["🎉.nix:1"], 20) == ["a = 1       🎉.nix:1"]
    assert shown("a = 1", [], 20) == ["a = 1"]
    lines = shown("name = 12345", ["🎉.nix:1", "b"], 20)
    assert lines == ["name = 12345", "            🎉.nix:1", "                   b"]
    lines = shown("name = word another", ["homes/long/path/to.nix:1"], 20)
    assert lines[-1] == "…/long/path/to.nix:1"
    assert [each.rstrip() for each in lines[:-1]] == ["name = word", "    another"]
    lines = shown("name = word another and", ["a.nix:1", "b"], None)
    assert lines == ["name = word another and  a.nix:1, b"]


def test_a_list_for_programs_has_a_line_for_each(tmp_path: Path) -> None:
    tree = f"""
        #- homes/alice/default.nix
        {{ home.sessionVariables = {{ A = "1"; LONG = "{"word " * 40}\\n{"word " * 40}"; }}; }}
    """
    write_files(str(tmp_path), files_of(tree))
    _, output = run("alice", "home.sessionVariables", "--flake", str(tmp_path))
    [line] = [each for each in output.splitlines() if each.startswith("LONG = ")]
    assert line.endswith("  homes/alice/default.nix:2 · base")


def test_unknown_targets_and_settings_are_refused(root: str) -> None:
    status, output = run("bob", "--flake", root)
    assert (status, output) == (
        1,
        "Error: there is no target 'bob'; targets: alice, alice@desk\n",
    )
    status, output = run("alice", "programs.git.nothing", "--flake", root)
    assert (status, output) == (1, "Error: alice has no setting 'programs.git.nothing'\n")


def test_errors_name_files_as_they_are_in_the_flake(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { lib, ... }: { options.f = lib.mkOption { type = lib.types.int; }; config.f = "🎉"; }
    """
    write_files(str(tmp_path), files_of(tree))
    _, output = run("alice", "f", "--flake", str(tmp_path))
    assert '- In `./homes/alice\': "🎉"' in output
    _, output = run("alice", "f", "--flake", str(tmp_path), "--json")
    [found] = json.loads(output)["options"]
    assert (found["known"], found["value"]) == (False, None)
    assert found["error"].startswith("A definition for option `f' is not of type `signed integer'")


def test_a_function_is_one_setting(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { lib, ... }: {
          options.f = lib.mkOption { type = lib.types.functionTo lib.types.int; };
          config.f = x: x;
          options.g = lib.mkOption { type = lib.types.anything; };
          config.g.__functor = self: x: x;
        }
    """
    write_files(str(tmp_path), files_of(tree))
    _, output = run("alice", "--flake", str(tmp_path), "--json")
    shown = [(o["path"], o["known"], o["reason"]) for o in json.loads(output)["options"]]
    found = [each for each in shown if each[0][0] != "home"]
    assert found == [(["f"], False, "a function"), (["g", "__functor"], False, "a function")]


def test_an_unknown_value_in_a_set_reads_as_it_was_written(tmp_path: Path) -> None:
    """It may be mkIf false, but a condition that nobody wrote tells nobody anything."""
    tree = """
        #- flake.nix
        {
          inputs.home-manager.url = "github:nix-community/home-manager";
          inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          inputs.own.url = "git+ssh://me@🎉/own";
          outputs = { nixpkgs, home-manager, own, ... }: {
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              pkgs = nixpkgs.legacyPackages.x86_64-linux;
              extraSpecialArgs = { inherit own; };
              modules = [ ./homes/alice ];
            };
          };
        }
        #- homes/alice/default.nix
        { lib, own, ... }: {
          options.a = lib.mkOption { type = lib.types.attrsOf (lib.types.attrsOf lib.types.str); };
          config.a.user = { name = own.name; mail = own.mail; };
          config.a.core = { editor = "🎉"; pager = own.pager; };
          config.a.when = { x = lib.mkIf own.on "x"; };
        }
    """
    write_files(str(tmp_path), files_of(tree))
    _, output = run("alice", "a", "--flake", str(tmp_path), "--json")
    shown = {".".join(o["path"]): (o["known"], o["text"]) for o in json.loads(output)["options"]}
    assert "a.user" not in shown
    assert shown["a.user.mail"] == (False, "inputs.own.mail")
    assert shown["a.core.editor"] == (True, '"🎉"')
    assert shown["a.core.pager"] == (False, "inputs.own.pager")
    assert shown["a.when.x"][0] is False
    assert shown["a.when.x"][1].startswith("if ⟨inputs.own.on⟩: ")
