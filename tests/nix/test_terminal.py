"""The commands of the terminal, with a real Nix, run as the user whose home it is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.nix.desk import command_as_owner, environ_of_owner, make_lab, other_user
from tests.nix.lab import Lab
from tests.nix.test_flakes import add_inputs

USER = other_user()[1]
HOME = f"homes/{USER}/default.nix"
FILE = '{ files.settings = "dark"; }'


@pytest.fixture
def lab(folder: Path, nix_environ: dict[str, str]) -> Lab:
    return make_lab(folder, nix_environ, FILE)


def hmls(lab: Lab, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*command_as_owner(lab), *arguments]
    environ = {**environ_of_owner(lab), "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=lab.root, env=environ, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_switch_and_back(lab: Lab) -> None:
    first = hmls(lab, "switch", USER, "--yes")
    assert first.returncode == 0, first.stderr
    assert f"Switch {USER}: generation 1 in " in first.stderr
    assert (lab.home / "settings").read_text() == "dark"
    lab.write(HOME, FILE.replace("dark", "light"))
    assert hmls(lab, "switch", USER, "--yes").returncode == 0
    found = json.loads(hmls(lab, "generations", USER, "--json").stdout)
    assert [(each["id"], each["changes"]) for each in found] == [
        (2, "1 file, 1 setting changed; files.settings"),
        (1, None),
    ]
    assert hmls(lab, "rollback", USER, "--yes").returncode == 0
    assert (lab.home / "settings").read_text() == "dark"
    assert hmls(lab, "expire", USER, "2", "--yes").returncode == 0
    found = json.loads(hmls(lab, "generations", USER, "--json").stdout)
    assert [each["id"] for each in found] == [1]


def test_nothing_is_run_where_nobody_says_yes(lab: Lab) -> None:
    said = hmls(lab, "switch", USER)
    assert said.returncode == 1
    assert "nix build " in said.stderr
    assert "give --yes" in said.stderr
    assert not (lab.home / "settings").exists()


def test_an_error_is_shown_on_the_users_line(lab: Lab) -> None:
    lab.write(HOME, "{\n  files.settings = nothing;\n}\n")
    said = hmls(lab, "build", USER, "--yes")
    assert said.returncode == 1
    assert f"{HOME}:2:20: error: undefined variable 'nothing'" in said.stderr
    assert "    2 │   files.settings = nothing;" in said.stderr


def test_check_of_a_folder_a_target_and_all(lab: Lab) -> None:
    assert hmls(lab, "check").returncode == 0
    one = hmls(lab, "check", USER, "--yes")
    assert one.returncode == 0, one.stderr
    assert "nix flake check" in one.stderr
    assert "activationPackage.drvPath" in one.stderr
    lab.set_home("{ files = nothing; }", "bob")
    every = hmls(lab, "check-all", "--yes")
    assert every.returncode == 1
    assert "homes/bob/default.nix:1:11: error: undefined variable" in every.stderr
    assert "1 of 3 failed" in every.stderr


def test_preview_and_update(lab: Lab) -> None:
    one, _ = add_inputs(lab)
    lab.set_home(FILE, USER)
    preview = hmls(lab, "preview", USER, "--yes")
    assert preview.returncode == 0, preview.stderr
    assert "~/settings" in preview.stderr
    assert not (lab.home / "settings").exists()
    (one / "more").write_text("x")
    update = hmls(lab, "update", "one", "--yes")
    assert update.returncode == 0, update.stderr
    assert "$ nix flake update one --flake " in update.stderr
    assert "1 input moved" in update.stderr
    assert hmls(lab, "update", "-x", "--yes").returncode == 2


def test_what_is_refused_says_why(lab: Lab) -> None:
    lab.set_home(FILE, "somebody")
    said = hmls(lab, "switch", "somebody", "--yes")
    assert said.returncode == 2
    assert f"This is the home of somebody, and you are {USER}." in said.stderr
    missing = hmls(lab, "switch", "nobody-at-all", "--yes")
    assert missing.returncode == 1
    assert "there is no target 'nobody-at-all'" in missing.stderr
