"""`hmls check` in each of its formats, as a terminal and a CI see it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hmls.cli import main
from tests.diagnostics.trees import write_tree

TREE = """
    #- homes/alice/default.nix
    { "🎉" = 1; imports = [ ./a.nix ]; }
    #- homes/alice@attic/default.nix
    { }
    """


def check(root: Path, *arguments: str) -> Result:
    write_tree(root, TREE)
    return CliRunner().invoke(main, ["check", str(root), *arguments])


@pytest.mark.parametrize("arguments", [["--json"], ["--format", "json"]])
def test_json_counts_code_points_from_one(tmp_path: Path, arguments: list[str]) -> None:
    result = check(tmp_path, *arguments)
    assert result.exit_code == 1
    first, second = json.loads(result.stdout)["diagnostics"]
    assert first == {
        "file": "homes/alice/default.nix",
        "line": 1,
        "column": 24,
        "end_line": 1,
        "end_column": 31,
        "severity": "error",
        "code": "missing-import",
        "message": "homes/alice/a.nix does not exist",
    }
    assert (second["code"], second["severity"]) == ("unknown-host", "warning")


def test_a_flake_inside_of_another_tells_of_its_own_files_once(tmp_path: Path) -> None:
    write_tree(tmp_path / "examples/one", TREE)
    write_tree(tmp_path, "#- flake.nix\n{ outputs = _: { }; }")
    found = CliRunner().invoke(main, ["check", str(tmp_path), "--json"])
    problems = [each["code"] for each in json.loads(found.stdout)["diagnostics"]]
    assert problems.count("missing-import") == 1


def test_warnings_alone_are_no_failure(tmp_path: Path) -> None:
    home = '{ home = { username = "a"; homeDirectory = "/a"; stateVersion = "24.11"; }; }'
    write_tree(tmp_path, f"#- homes/a/default.nix\n{home}\n#- homes/a@attic/x.nix\n{{ }}")
    result = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert (result.exit_code, "1 problem" in result.stdout) == (0, True)


def test_text(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert "homes/alice/default.nix:1:24 error homes/alice/a.nix does not exist" in result.stdout
    assert "2 problems, 1 of them errors" in result.stdout


def test_a_line_number_is_no_picture(tmp_path: Path) -> None:
    """rich writes 💯 for `:100:` unless it is told not to."""
    home = "{" + "\n" * 99 + "imports = [ ./a.nix ]; }"
    write_tree(tmp_path, f"#- homes/alice/default.nix\n{home}")
    result = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert "homes/alice/default.nix:100:13 error" in result.stdout


def test_a_folder_that_is_not_there_is_no_target(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(tmp_path / "nothing")])
    assert result.exit_code == 2
    assert "nothing' is no folder" in result.output


def test_the_explanation_names_each_fact_once(tmp_path: Path) -> None:
    write_tree(tmp_path, TREE + "#- flake.nix\n    { outputs = _: ./a@b; }")
    found = json.loads(check_again(tmp_path, "--explain", "--json").stdout)["explanation"]
    errors = [each for each in found if each["kind"] == "error" and "syntax" in each["text"]]
    assert errors == [
        {
            "kind": "error",
            "text": "syntax error, unexpected '@', expecting ';'",
            "why": None,
            "of": None,
        }
    ]
    assert {"kind": "found", "text": "layout homes", "why": "2 layers", "of": None} in found
    lines = check_again(tmp_path, "--explain").stdout.splitlines()
    assert "   error  syntax error, unexpected '@', expecting ';'" in lines
    assert any(line.startswith(" assumed  target alice flake.nix does not") for line in lines)


def check_again(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", str(root), *arguments])


def test_github(tmp_path: Path) -> None:
    lines = check(tmp_path, "--format", "github").stdout.splitlines()
    assert lines[0] == (
        "::error file=homes/alice/default.nix,line=1,endLine=1,col=24,endColumn=31,"
        "title=missing-import::homes/alice/a.nix does not exist"
    )


def test_sarif(tmp_path: Path) -> None:
    run = json.loads(check(tmp_path, "--format", "sarif").stdout)["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 24, "endLine": 1, "endColumn": 31}


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("json", "homes/alice/default.nix"),
        ("text", "my nix/homes/alice/default.nix"),
        ("github", "my nix/homes/alice/default.nix"),
        ("sarif", "my%20nix/homes/alice/default.nix"),
    ],
)
def test_files_of_a_flake_in_a_folder_are_named_as_the_reader_looks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, name: str
) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repo")
    printed = check(tmp_path / "repo" / "my nix", "--format", output).stdout
    assert re.search(rf"(?m)(^|[=\" ]){re.escape(name)}", printed)


def test_a_name_that_is_no_utf8_is_an_address_in_sarif(tmp_path: Path) -> None:
    check(tmp_path)
    name = os.path.join(os.fsencode(tmp_path), b"homes/alice/\xff, \xf0.nix")
    Path(os.fsdecode(name)).write_text("{ ]")
    run = json.loads(check(tmp_path, "--format", "sarif").stdout)["runs"][0]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    found = [place["artifactLocation"]["uri"] for place in places]
    assert "homes/alice/%FF%2C%20%F0.nix" in found


def test_explanation(tmp_path: Path) -> None:
    result = check(tmp_path, "--explain")
    assert result.exit_code == 0
    assert "target alice homeConfigurations.alice" in result.stdout


def test_what_is_of_several_targets_is_said_once(tmp_path: Path) -> None:
    write_tree(tmp_path, TREE + "#- homes/bob/default.nix\n    { }")
    lines = check_again(tmp_path, "--explain").stdout.splitlines()
    (at,) = [n for n, line in enumerate(lines) if "module inputs.home-manager" in line]
    assert lines[at + 1] == "          on all 2 targets"


def test_no_flake(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert result.exit_code == 1
    assert "no flake.nix was found there or above" in result.output
