"""Through the command line of Home Manager: the machine's own, or a stand-in where it has none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hmls.deploy import plan
from hmls.deploy.generations import home_profile, read_profile
from hmls.deploy.outcome import Done, Failed
from tests.nix.lab import STANDIN, Lab, User


@pytest.fixture
def managed(lab: Lab) -> Lab:
    own = shutil.which("home-manager")
    # A user's first `nix-env` makes this folder; for root, as whom tests may run, it makes another.
    (lab.home / ".local/state/nix/profiles").mkdir(parents=True)
    lab.add_program("home-manager", f'exec "{own or STANDIN / "home-manager"}" "$@"')
    return lab


async def test_switch(managed: Lab) -> None:
    managed.set_home('{ files.a = "1"; }')
    ui = User()
    outcome = await managed.deploy(plan.switch, ui)
    assert isinstance(outcome, Done), (outcome, ui.text)
    assert (managed.home / "a").read_text() == "1"
    assert outcome.generation == 1
    assert any("home-manager switch --flake" in text for text in ui.questions[1].commands)


async def test_the_profile_moves_before_an_activation_that_fails(managed: Lab) -> None:
    managed.set_home('{ files.a = "1"; }')
    assert isinstance(await managed.deploy(plan.switch), Done)
    (managed.home / "b").write_text("my own")
    managed.set_home('{ files.a = "2"; files.b = "2"; }')
    outcome = await managed.deploy(plan.switch)
    assert isinstance(outcome, Failed)
    assert [problem.kind for problem in outcome.problems] == ["collision"]
    assert outcome.moved is not None
    assert outcome.moved.before is not None
    assert f"The way back: {outcome.moved.before}/activate" in outcome.text
    found = read_profile(home_profile(managed.machine))
    back = plan.rollback(managed.target(), found[1], await managed.situation())
    assert isinstance(await managed.deploy(lambda *_: back), Done)
    assert Path(managed.home / "a").read_text() == "1"


async def test_what_fails_after_the_activation_is_not_the_activation(managed: Lab) -> None:
    """`home-manager switch` builds its news behind it."""
    managed.set_home('{ files.a = "1"; }')
    program = Path(managed.environ["PATH"].split(":", 1)[0], "home-manager")
    script = program.read_text().replace("exec ", "")
    program.write_text(f"{script}echo the news are bad >&2; exit 1\n")
    outcome = await managed.deploy(plan.switch)
    assert isinstance(outcome, Failed)
    assert (managed.home / "a").read_text() == "1"
    assert outcome.activated
    assert "the news are bad. The new generation was activated before that and runs" in outcome.text


async def test_files_in_the_way_are_moved_aside(managed: Lab) -> None:
    (managed.home / "a").write_text("my own")
    managed.set_home('{ files.a = "1"; }')
    managed.options = plan.Options(backup_extension="bak")
    assert isinstance(await managed.deploy(plan.switch), Done)
    assert (managed.home / "a.bak").read_text() == "my own"


async def test_a_specialisation(managed: Lab) -> None:
    managed.set_home(
        "let home = import ../../home.nix; "
        "facts = builtins.fromJSON (builtins.readFile ../../facts.json); in "
        '{ files.mood = "day"; specialisations.night = home { user = "alice"; '
        'inherit (facts) home system; files.mood = "night"; }; }'
    )
    managed.options = plan.Options(specialisation="night")
    outcome = await managed.deploy(plan.switch)
    assert isinstance(outcome, Done), outcome
    assert (managed.home / "mood").read_text() == "night"
    assert outcome.generation == 1
    managed.options = plan.Options(specialisation="noon")
    missing = await managed.deploy(plan.switch)
    assert isinstance(missing, Failed)
    assert missing.reason == "What was built has no specialisation “noon”: there are night."
    assert (missing.moved, (managed.home / "mood").read_text()) == (None, "night")


async def test_expire(managed: Lab) -> None:
    for text in ("1", "2"):
        managed.set_home(f'{{ files.a = "{text}"; }}')
        assert isinstance(await managed.deploy(plan.switch), Done)
    found = read_profile(home_profile(managed.machine))
    made = plan.expire(managed.target(), found, await managed.situation())
    assert isinstance(await managed.deploy(lambda *_: made), Done)
    assert [each.number for each in read_profile(home_profile(managed.machine))] == [2]
