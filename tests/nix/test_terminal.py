"""The commands of the terminal, with a real Nix, run as the user whose home it is."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.nix.desk import command_as_owner, environ_of_owner, make_lab, other_user
from tests.nix.lab import Lab
from tests.nix.test_flakes import add_inputs
from tests.nix.test_server import building

USER = other_user()[1]
HOME = f"homes/{USER}/default.nix"
FILE = '{ files.settings = "dark"; }'


@pytest.fixture
def lab(folder: Path, nix_environ: dict[str, str]) -> Lab:
    return make_lab(folder, nix_environ, FILE)


def hmls(lab: Lab, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command where nobody can answer."""
    return subprocess.run(
        command(lab, *arguments), cwd=lab.root, env=environ(lab), capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def typed(lab: Lab, prompt: str, keys: str, *arguments: str) -> tuple[int, str]:
    """The command in a terminal of its own, where keys are typed at a prompt; its end and text."""
    argv, at = command(lab, *arguments), {**environ(lab), "TERM": "xterm"}
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(lab.root)
        os.execvpe(argv[0], argv, at)
    said, waiting = b"", True
    with suppress(OSError):  # It is what a terminal says whose last program ended.
        while chunk := os.read(terminal, 4096):
            said += chunk
            if waiting and prompt.encode() in said:
                os.write(terminal, keys.encode())
                waiting = False
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.decode()


def command(lab: Lab, *arguments: str) -> list[str]:
    return [*command_as_owner(lab), *arguments]


def environ(lab: Lab) -> dict[str, str]:
    return {**environ_of_owner(lab), "COLUMNS": "80"}


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
    for numbers, says in (
        (("2", "9"), "no generation 9"),
        (("1",), "the current one always stays"),
    ):
        refused = hmls(lab, "expire", USER, *numbers, "--yes")
        assert refused.returncode == 2
        assert says in refused.stderr
    assert hmls(lab, "expire", USER, "2", "--yes").returncode == 0
    found = json.loads(hmls(lab, "generations", USER, "--json").stdout)
    assert [each["id"] for each in found] == [1]


def test_nothing_is_run_where_nobody_says_yes(lab: Lab) -> None:
    said = hmls(lab, "switch", USER)
    assert said.returncode == 1
    assert "nix build " in said.stderr
    assert "give --yes" in said.stderr
    assert not (lab.home / "settings").exists()


@pytest.mark.parametrize(
    ("keys", "status", "says"), [("n\n", 1, "nothing was run"), ("\x03", 130, "")]
)
def test_a_terminal_asks_and_takes_no_for_an_answer(
    lab: Lab, keys: str, status: int, says: str
) -> None:
    code, said = typed(lab, "Run it? [y/N] ", keys, "switch", USER)
    assert code == status, said
    assert says in said
    assert not (lab.home / "settings").exists()


def test_a_terminal_asks_before_it_runs_and_before_it_activates(lab: Lab) -> None:
    code, said = typed(lab, "Run it? [y/N] ", "y\ny\n", "switch", USER)
    assert code == 0, said
    assert said.count("Run it? [y/N]") == 2
    assert (lab.home / "settings").read_text() == "dark"


def test_ctrl_c_ends_a_build(lab: Lab) -> None:
    lab.write(HOME, building("echo begun; sleep 4321"))
    code, said = typed(lab, "> begun", "\x03", "build", USER, "--yes")
    assert code == 130, said
    assert "was cancelled" in said
    assert lab.processes() == []


def test_a_program_reads_the_path_or_all_of_it_as_json(lab: Lab) -> None:
    built = hmls(lab, "build", USER, "--yes")
    assert os.path.exists(f"{built.stdout.strip()}/activate")
    found = json.loads(hmls(lab, "switch", USER, "--yes", "--json").stdout)
    assert (found["outcome"], found["generation"]) == ("done", 1)
    assert found["result"] == built.stdout.strip()
    assert [each["target"] for each in found["changes"]["files"]] == ["settings"]
    lab.write(HOME, "{\n  files.settings = nothing;\n}\n")
    failed = hmls(lab, "check", USER, "--yes", "--json")
    assert failed.returncode == 1
    problem = json.loads(failed.stdout)["problems"][0]
    assert (problem["code"], problem["file"]) == ("undefined-variable", HOME)
    assert (problem["line"], problem["column"]) == (2, 20)
    lab.set_home(FILE, "somebody")
    refused = hmls(lab, "switch", "somebody", "--yes", "--json")
    assert json.loads(refused.stdout)["outcome"] == "refused"


def test_a_terminal_that_knows_no_signs_and_a_list_for_programs(lab: Lab) -> None:
    lab.environ["PYTHONIOENCODING"] = "ascii"
    lab.write(HOME, '{ files.settings = "dunkel 🎉 ü"; }')
    preview = hmls(lab, "preview", USER, "--yes")
    assert preview.returncode == 0, preview.stderr
    assert "+dunkel \\U0001f389 \\xfc" in preview.stdout
    assert hmls(lab, "switch", USER, "--yes").returncode == 0
    listed = hmls(lab, "generations", USER).stdout
    assert os.path.exists(listed.split()[-1]), listed


def test_an_error_is_shown_on_the_users_line(lab: Lab) -> None:
    lab.write(HOME, "{\n  files.settings = nothing;\n}\n")
    said = hmls(lab, "build", USER, "--yes")
    assert said.returncode == 1
    assert f"{HOME}:2:20: error: undefined variable 'nothing'" in said.stderr
    assert "    2 │   files.settings = nothing;" in said.stderr


def test_what_would_mend_it_is_said_and_does(lab: Lab) -> None:
    lab.write(HOME, "{ files.settings = import ./more.nix; }")
    lab.write(f"homes/{USER}/more.nix", '"dark"')
    said = hmls(lab, "build", USER, "--yes")
    assert f"    Show it to Git: git add -N homes/{USER}/more.nix" in said.stderr
    lab.git("add", "-N", f"homes/{USER}/more.nix")
    (lab.home / "settings").write_text("mine")
    said = hmls(lab, "switch", USER, "--yes")
    assert said.returncode == 1, said.stderr
    assert "    Have it moved aside: switch again with -b backup" in said.stderr
    assert "    Have it replaced: force = true on it" in said.stderr
    said = hmls(lab, "switch", USER, "--yes", "-b", "backup")
    assert said.returncode == 0, said.stderr
    assert (lab.home / "settings.backup").read_text() == "mine"


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
    assert "### `~/settings` added" in preview.stdout
    assert not (lab.home / "settings").exists()
    (one / "more").write_text("x")
    update = hmls(lab, "update", "one", "--yes")
    assert update.returncode == 0, update.stderr
    assert "$ nix flake update one --flake " in update.stderr
    assert "1 input moved" in update.stderr
    assert "| `one` | " in update.stdout
    assert hmls(lab, "update", "-x", "--yes").returncode == 2


def test_what_is_refused_says_why(lab: Lab) -> None:
    lab.set_home(FILE, "somebody")
    said = hmls(lab, "switch", "somebody", "--yes")
    assert said.returncode == 2
    assert f"This is the home of somebody, and you are {USER}." in said.stderr
    missing = hmls(lab, "switch", "nobody-at-all", "--yes")
    assert missing.returncode == 1
    assert "there is no target 'nobody-at-all'" in missing.stderr
