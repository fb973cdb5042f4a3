"""Nix 2.8: other flags, other words, other order of a trace."""

from __future__ import annotations

import os

import pytest

from hmls.deploy import plan
from hmls.deploy.flake_lock import read_lock
from hmls.deploy.generations import home_profile, read_profile
from hmls.deploy.outcome import Done, Failed
from hmls.deploy.problem import Problem
from tests.nix.lab import Lab, User

HOME = "homes/alice/default.nix"


def short(lab: Lab, problem: Problem) -> str:
    place = problem.place
    if place is None:
        return problem.kind
    return f"{problem.kind} {os.path.relpath(place.file, lab.root)}:{place.line}:{place.column}"


async def test_switch_and_back(old_lab: Lab) -> None:
    for text in ("1", "2"):
        old_lab.set_home(f'{{ files.a = "{text}"; }}')
        ui = User()
        outcome = await old_lab.deploy(plan.switch, ui)
        assert isinstance(outcome, Done), (outcome, ui.text)
    assert "--json --log-format internal-json" in ui.text
    found = read_profile(home_profile(old_lab.machine))
    back = plan.rollback(old_lab.target(), found[1], await old_lab.situation())
    assert isinstance(await old_lab.deploy(lambda *_: back), Done)
    assert (old_lab.home / "a").read_text() == "1"


async def test_flakes_that_are_not_enabled(old_lab: Lab) -> None:
    old_lab.environ["NIX_CONFIG"] = "experimental-features ="
    old_lab.set_home("{ }")
    ui = User()
    assert isinstance(await old_lab.deploy(plan.build, ui), Done)
    assert "nix --extra-experimental-features 'nix-command flakes' build" in ui.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a = with; }", f"syntax-error {HOME}:1:11"),
        ("{\n  files = nothing;\n}", f"undefined-variable {HOME}:2:11"),
        ("{ files = { a = 1; }.b; }", f"missing-attribute {HOME}:1:11"),
        ("{ files = { }; files = 1; }", f"duplicate-attribute {HOME}:1:16"),
        ("{ files = ({ a }: { }) { }; }", f"missing-argument {HOME}:1:12"),
        ("{ files = import ./none.nix; }", f"missing-file {HOME}:1:11"),
        ("{ files = import ./more.nix; }", f"untracked-file {HOME}:1:11"),
        ("{ files = import /etc/x.nix; }", f"impure-path {HOME}:1:11"),
        ("{ files = let x = x; in x; }", f"infinite-recursion {HOME}:1:19"),
        ("{ files = let f = x: 1 + f x; in f 1; }", "stack-overflow"),
    ],
)
async def test_errors(old_lab: Lab, text: str, expected: str) -> None:
    old_lab.set_home(text)
    old_lab.write("homes/alice/more.nix", "{ }")
    outcome = await old_lab.deploy(plan.build)
    assert isinstance(outcome, Failed)
    assert [short(old_lab, each) for each in outcome.problems] == [expected]


async def test_an_input_is_updated(old_lab: Lab) -> None:
    other = old_lab.folder / "other"
    other.mkdir()
    (other / "flake.nix").write_text("{ outputs = _: { }; }")
    flake = (old_lab.root / "flake.nix").read_text()
    flake = flake.replace("{ self }:", "{ self, ... }:")
    flake = flake.replace("  outputs =", f'  inputs.other.url = "path:{other}";\n  outputs =')
    old_lab.write("flake.nix", flake)
    old_lab.set_home("{ }")
    root, situation = str(old_lab.root), await old_lab.situation()
    assert isinstance(await old_lab.deploy(plan.build), Done)
    before = read_lock(root)
    (other / "more").write_text("x")
    outcome = await old_lab.deploy(lambda *_: plan.update(root, ["other"], situation))
    assert isinstance(outcome, Done), outcome
    assert read_lock(root) != before
