"""A flake as a whole: updates of inputs, sources fetched, checks."""

from __future__ import annotations

from pathlib import Path

from hmls.deploy import plan
from hmls.deploy.flake_lock import read_lock
from hmls.deploy.outcome import Done, Failed
from tests.nix.lab import Lab, User


def add_inputs(lab: Lab) -> tuple[Path, Path]:
    """Two inputs on the disk, locked as they are now."""
    folders = (lab.folder / "one", lab.folder / "two")
    for folder in folders:
        folder.mkdir()
        (folder / "flake.nix").write_text("{ outputs = _: { }; }")
    lines = "".join(f'  inputs.{folder.name}.url = "path:{folder}";\n' for folder in folders)
    flake = (lab.root / "flake.nix").read_text()
    flake = flake.replace("{ self }:", "{ self, ... }:").replace(
        "  outputs =", lines + "  outputs ="
    )
    lab.write("flake.nix", flake)
    lab.set_home("{ }")
    return folders


async def test_one_input_is_updated_and_no_other(lab: Lab) -> None:
    one, two = add_inputs(lab)
    root = str(lab.root)
    assert isinstance(await lab.deploy(plan.build), Done)
    before = read_lock(root)
    assert set(before) == {"one", "two"}
    for folder in (one, two):
        (folder / "more").write_text("x")
    situation = await lab.situation()
    ui = User()
    outcome = await lab.deploy(lambda *_: plan.update(root, ["one"], situation), ui)
    assert isinstance(outcome, Done), (outcome, ui.text)
    after = read_lock(root)
    assert (before["one"] != after["one"], before["two"] == after["two"]) == (True, True)
    assert [each.name for each in ui.documents[0].inputs] == ["one"]
    assert ui.documents[0].summary == "1 input moved"
    assert len(ui.questions) == 1


async def test_all_inputs_are_updated(lab: Lab) -> None:
    one, two = add_inputs(lab)
    root = str(lab.root)
    assert isinstance(await lab.deploy(plan.build), Done)
    for folder in (one, two):
        (folder / "more").write_text("x")
    situation = await lab.situation()
    ui = User()
    assert isinstance(await lab.deploy(lambda *_: plan.update(root, [], situation), ui), Done)
    assert [each.name for each in ui.documents[0].inputs] == ["one", "two"]


async def test_sources_are_fetched(lab: Lab) -> None:
    add_inputs(lab)
    situation = await lab.situation()
    outcome = await lab.deploy(lambda *_: plan.archive(str(lab.root), situation))
    assert isinstance(outcome, Done), outcome


async def test_a_broken_host_fails_the_check_of_the_flake_before_anything_is_built(
    lab: Lab,
) -> None:
    lab.set_home('{ files.a = "1"; }')
    lab.write("systems/server/default.nix", "{ ... }: nothing")
    lab.track()
    outcome = await lab.deploy(plan.switch)
    assert isinstance(outcome, Failed)
    assert outcome.step == "Check the flake"
    assert [(each.kind, each.place and each.place.line) for each in outcome.problems] == [
        ("undefined-variable", 1)
    ]
    assert not (lab.home / "a").exists()
