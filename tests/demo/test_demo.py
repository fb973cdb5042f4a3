"""`hmls demo` shows every part, of the example and of other repositories, and never breaks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hmls.demo.texts import lines_around, position_at
from tests.support import write_files
from tests.trees import FLAKE


def demo(*arguments: str, columns: int = 200) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "COLUMNS": str(columns), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "hmls", "demo", *arguments],
        capture_output=True,
        text=True,
        env=environ,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def of_the_example() -> str:
    done = demo()
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "text",
    [
        "alice@workstation  alice + alice@workstation  x86_64-linux",
        "homes/alice/default.nix:25",
        "homelab.desktop.font.size: ",
        "host · alice, carol",
        "user · base, global, laptop",
        "standalone home · base, global",
        "host layer of alice on laptop",
        "nothing deploys the layer bob@attic",
        "$ LC_ALL=C home-manager switch --flake",
        "$ sudo nixos-rebuild switch --flake",
    ],
)
def test_the_example_shows(of_the_example: str, text: str) -> None:
    # Where a line ends hangs on how long the folder's path is.
    assert " ".join(text.split()) in " ".join(of_the_example.split())


def test_the_hover_of_the_example_has_all_targets(of_the_example: str) -> None:
    hover = of_the_example.partition("Hover:")[2].partition("Definition:")[0]
    for value in ("13", "10", "11"):
        assert value in hover
    assert "alice@workstation" in hover


def test_every_part_is_answered(of_the_example: str) -> None:
    assert "does not answer" not in of_the_example
    assert "nothing to say here" not in of_the_example


def test_a_repository_of_ones_own(tmp_path: Path) -> None:
    write_files(
        str(tmp_path),
        {
            "flake.nix": FLAKE,
            "homes/zoë/default.nix": '{ lib, ... }: {\n home.language.base = lib.mkDefault "🦊"; }',
            "homes/zoë@box/default.nix": '{ home.language.base = "b"; }',
            "systems/box/default.nix": '{ networking.hostName = "box"; }',
        },
    )
    done = demo(str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "home.language.base: 2 definitions" in done.stdout
    assert "does not answer" not in done.stdout


def test_no_name_is_cut_in_a_narrow_terminal(tmp_path: Path) -> None:
    name = "maximiliane-charlotte"
    write_files(
        str(tmp_path),
        {
            "flake.nix": FLAKE,
            f"homes/{name}/default.nix": '{ my = import ./x.nix; home.language.base = "a"; }',
            f"homes/{name}/x.nix": "{ }",
            f"homes/{name}@workstation-in-the-attic/default.nix": '{ home.language.base = "b"; }',
            "systems/workstation-in-the-attic/default.nix": "{ }",
        },
    )
    shown = demo(str(tmp_path), columns=80).stdout
    assert f"\n  {name}@workstation-in-the-attic  x86_64-linux\n" in shown
    assert f"\n      {name} + {name}@workstation-in-the-attic\n" in shown
    assert "\n      nixosConfigurations.workstation-in-the-attic\n" in shown
    assert f"\n    {name}@workstation-in-the-attic  host layer of" in shown
    # What is not the name of the set around it is what a person sets.
    assert "home.language.base: 2 definitions" in shown
    assert "…" not in shown.partition("Hover:")[2].partition("Definition:")[0]
    command = next(line for line in shown.split("\n") if "$ LC_ALL=C nixos-rebuild build" in line)
    assert command.endswith("--show-trace")


def test_a_list_in_a_table_is_no_link(tmp_path: Path) -> None:
    names = " ".join(f'"/opt/{number}/bin"' for number in range(20))
    write_files(
        str(tmp_path),
        {
            "flake.nix": FLAKE,
            "homes/zoe/default.nix": f"{{ home.sessionPath = [ {names} ]; }}",
            "homes/zoe@box/default.nix": '{ home.sessionPath = [ "/opt/box/bin" ]; }',
            "systems/box/default.nix": '{ networking.hostName = "box"; }',
        },
    )
    done = demo(str(tmp_path))
    assert '[ "/opt/0/bin"' in done.stdout
    assert "[homes/zoe" not in done.stdout


def test_homes_without_settings_or_layers(tmp_path: Path) -> None:
    write_files(str(tmp_path), {"flake.nix": "{ outputs = _: { }; }", "homes/a/default.nix": "{ }"})
    done = demo(str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "no layer defines a setting" in done.stdout


def test_no_flake(tmp_path: Path) -> None:
    done = demo(str(tmp_path))
    assert done.returncode == 1
    assert "There is no flake with homes" in done.stdout


def test_a_part_that_is_none() -> None:
    assert "there is no part hoover; there are map, hover," in demo("--part", "hoover").stderr


def test_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "map.svg"
    assert demo("--part", "map", "--svg", str(picture)).returncode == 0
    assert "homeConfigurations.alice" in picture.read_text(encoding="utf-8")


def test_positions_count_as_was_agreed() -> None:
    assert position_at("a\n🦊b", "utf-8") == {"line": 1, "character": 5}
    assert position_at("a\n🦊b", "utf-16") == {"line": 1, "character": 3}


def test_excerpts_have_no_blank_edges() -> None:
    assert lines_around("a\n\nb\n\nc", 2) == (2, ["b"])
    assert lines_around("a\nb\nc", 0) == (0, ["a", "b"])


def test_homes_without_layers(tmp_path: Path) -> None:
    write_files(
        str(tmp_path),
        {
            "flake.nix": """{
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { self, nixpkgs, home-manager }: {
    homeConfigurations."zoë" = home-manager.lib.homeManagerConfiguration {
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      modules = [ ./home/zoe.nix ];
    };
  };
}""",
            "home/modules/x.nix": "{ }",
            "home/zoe.nix": '{\n  home.username = "zoë";\n  home.language.base = "🦊";\n}',
        },
    )
    done = demo(str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "does not answer" not in done.stdout
    assert "home.language.base: one definition" in done.stdout
    assert "homeConfigurations" in done.stdout.partition("Code actions")[2]


def test_a_flake_whose_homes_are_not_known(tmp_path: Path) -> None:
    flake = '{ inputs.den.url = "github:denful/den"; outputs = inputs: inputs.den.make ./.; }'
    write_files(str(tmp_path), {"flake.nix": flake, "homes/README.md": "none"})
    done = demo(str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "does not answer" not in done.stdout
    assert "No setting of a home is known here" in done.stdout
    assert "No users are known here" in done.stdout
    assert "input of the flake" in done.stdout


def test_homes_without_a_flake(tmp_path: Path) -> None:
    write_files(str(tmp_path), {"homes/a/default.nix": "{ }"})
    assert "a folder homes, but no flake.nix" in " ".join(demo(str(tmp_path)).stdout.split())
