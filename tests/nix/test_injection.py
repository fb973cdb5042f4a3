"""Names of users, hosts, files and folders that would run something if a shell ever read them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from hmls.deploy import plan
from hmls.deploy.outcome import Done, Failed
from hmls.deploy.session import deploy
from tests.nix.lab import SYSTEM, Lab, User

NAMES = [
    "al.ice",
    "al ice",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned;",
    "a' touch pwned '",
    "| touch pwned",
    "&& touch pwned",
    "-rf",
    "--help",
    "new\nline",
    "new\n touch pwned",
    "a#b",
    "a?b=c",
    "a^out",
    "100%41",
    "*",
    "ålice😀",
    "a\\b",
]


def nothing_ran(lab: Lab) -> bool:
    return not list(lab.folder.rglob("pwned*")) and not Path("pwned").exists()


@pytest.mark.parametrize("name", NAMES)
async def test_names_of_users(lab: Lab, name: str) -> None:
    lab.user = name
    lab.set_home('{ files.a = "1"; }', name)
    outcome = await lab.deploy(plan.switch, target=lab.target(name))
    assert isinstance(outcome, Done), outcome
    assert (lab.home / "a").read_text() == "1"
    assert nothing_ran(lab)


async def test_a_name_that_nix_cannot_be_told(lab: Lab) -> None:
    name = 'a"; touch pwned; "'
    lab.set_home("{ }", name)
    refused = plan.switch(replace(lab.target(name), user="alice"), await lab.situation())
    assert isinstance(refused, plan.Refusal)
    assert refused.code == "bad-name"


BUILT = """{ ... }: derivation {
  name = "x"; system = "@system@"; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
  args = [ "-c" "mkdir $out" ];
}"""


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (".", "..")])
async def test_names_of_hosts(lab: Lab, name: str) -> None:
    """Nix builds them; nixos-rebuild is given what it can take, in one argument."""
    lab.set_home("{ }")
    lab.write(f"systems/{name}/default.nix", BUILT.replace("@system@", SYSTEM))
    lab.track()
    assert isinstance(await lab.deploy(plan.build, target=lab.host(name)), Done)
    lab.add_program("nixos-rebuild", f'printf "%s|" "$@" > {lab.folder}/asked')
    lab.add_program("sudo", 'shift; exec "$@"')
    around = await lab.around()
    machine = replace(around.situation.machine, hostname=name)
    made = plan.switch(lab.host(name), replace(around.situation, machine=machine))
    if isinstance(made, plan.Plan):
        outcome = await deploy(made, User(), around)
        assert isinstance(outcome, Done), outcome
        assert (lab.folder / "asked").read_text() == f"switch|--flake|{lab.root}#{name}|"
    else:
        assert made.code in ("bad-name", "other-machine")
    assert nothing_ran(lab)


@pytest.mark.parametrize("name", ["$(touch pwned)", "-x", "--help", "a b", "a'b", "new\nline", ""])
async def test_names_of_inputs_and_specialisations(lab: Lab, name: str) -> None:
    """No input and no specialisation has such a name, and none is asked for."""
    lab.set_home('{ files.a = "1"; }')
    refused = plan.update(str(lab.root), [name], await lab.situation())
    assert isinstance(refused, plan.Refusal)
    lab.options = plan.Options(specialisation=name)
    made = plan.switch(lab.target(), await lab.situation())
    if isinstance(made, plan.Plan):
        outcome = await lab.deploy(plan.switch)
        assert not isinstance(outcome, Done), outcome
    assert nothing_ran(lab)


@pytest.mark.parametrize(
    "option", ['"$(touch pwned)"', "a'b", r'"new\nline"', '"-x"', '"a b"', '"`touch pwned`"']
)
async def test_names_of_options_in_errors(lab: Lab, option: str) -> None:
    """What an error names, written as nixpkgs writes it, is looked up and shown, and no more."""
    text = f"The option `programs.{option}' does not exist. Definition values:"
    lab.set_home(f"{{ files = throw {json.dumps(text)}; }}")
    outcome = await lab.deploy(plan.build)
    assert isinstance(outcome, Failed)
    (problem,) = outcome.problems
    assert (problem.kind, len(problem.option)) == ("unknown-option", 2)
    assert nothing_ran(lab)


@pytest.mark.parametrize(
    "name",
    ["$(touch pwned)", "we#ird", "que?ry", "sp ace", "per%41cent", "-rf", "new\nline", "a'b"],
)
async def test_names_of_folders(lab: Lab, name: str) -> None:
    lab.set_home('{ files.a = "1"; }')
    root = lab.root.rename(lab.folder / name)
    target = replace(lab.target(), flake_root=str(root))
    around = await lab.around()
    made = plan.switch(target, around.situation)
    assert isinstance(made, plan.Plan)
    ui = User()
    outcome = await deploy(made, ui, around)
    assert isinstance(outcome, Done), (outcome, ui.text)
    assert (lab.home / "a").read_text() == "1"
    assert nothing_ran(lab)


@pytest.mark.parametrize(
    "name",
    ["$(touch pwned)", "`touch pwned`", "a b", "-x", "a'b", 'a"b', "new\nline", "*", ":(top)"],
)
async def test_names_of_files_that_are_shown_to_git(lab: Lab, name: str) -> None:
    lab.set_home("{ }")
    (lab.root / name).write_text("x")
    (lab.root / "other").write_text("x")
    before = tracked(lab)
    made = plan.track(str(lab.root), [name], await lab.situation())
    assert isinstance(made, plan.Plan)
    assert isinstance(await deploy(made, User(), await lab.around()), Done)
    assert tracked(lab) == before | {name}
    assert nothing_ran(lab)


def tracked(lab: Lab) -> set[str]:
    command = ["git", "-C", str(lab.root), "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(listed.stdout.split("\0")) - {""}


@pytest.mark.parametrize("target", ["$(touch pwned)", "a b", "a'b", "new\\nline", "-x", "`id`"])
async def test_names_of_files_in_the_home(lab: Lab, target: str) -> None:
    lab.set_home(f'{{ files."{target}" = "1"; }}'.replace("$(", "\\$("))
    ui = User()
    outcome = await lab.deploy(plan.switch, ui)
    assert isinstance(outcome, Done), (outcome, ui.text)
    assert nothing_ran(lab)


@pytest.mark.parametrize("extension", ["$(touch pwned)", "; touch pwned", "a b", "'"])
async def test_backup_extensions(lab: Lab, extension: str) -> None:
    (lab.home / "a").write_text("my own")
    lab.set_home('{ files.a = "1"; }')
    lab.options = plan.Options(backup_extension=extension)
    assert isinstance(await lab.deploy(plan.switch), Done)
    assert (lab.home / f"a.{extension}").read_text() == "my own"
    assert nothing_ran(lab)


async def test_what_is_shown_is_what_a_shell_would_run(lab: Lab) -> None:
    """The displayed command, read by a real shell, reaches the program with the same arguments."""
    for name in NAMES:
        step = plan.Step("x", "x", ("printf", "%s|", name), "/", "nothing", (("A", name),))
        said = subprocess.run(
            ["bash", "-c", plan.display(step)], capture_output=True, text=True, check=True
        )
        assert said.stdout == f"{name}|"
