"""Real builds and activations of a standalone home."""

from __future__ import annotations

from hmls.deploy import plan
from hmls.deploy.outcome import Done, Failed
from tests.nix.lab import Lab, User

SETTINGS_FILE = '{ files.".config/app/settings" = "theme = dark\\n"; }'


async def test_a_build_leaves_no_result_and_changes_nothing(lab: Lab) -> None:
    lab.set_home(SETTINGS_FILE)
    ui = User()
    outcome = await lab.deploy(plan.build, ui)
    assert isinstance(outcome, Done)
    assert outcome.result is not None
    assert outcome.result.endswith("-home-manager-generation")
    assert not (lab.root / "result").exists()
    assert not (lab.home / ".config").exists()
    assert [question.kind for question in ui.questions] == ["start"]
    assert any(report.to_build for report in ui.reports)


async def test_a_switch_links_files_and_sets_the_profile(lab: Lab) -> None:
    lab.set_home(SETTINGS_FILE)
    ui = User()
    outcome = await lab.deploy(plan.switch, ui)
    assert isinstance(outcome, Done), outcome
    assert outcome.generation == 1
    assert (lab.home / ".config/app/settings").read_text() == "theme = dark\n"
    assert [question.kind for question in ui.questions] == ["start", "activate"]
    assert [each.target for each in ui.documents[0].files] == [".config/app/settings"]


async def test_nothing_is_activated_without_a_yes(lab: Lab) -> None:
    lab.set_home(SETTINGS_FILE)
    ui = User(answers=False)
    await lab.deploy(plan.switch, ui)
    assert ui.lines == []
    assert not (lab.home / ".config").exists()


async def test_a_file_in_the_way_is_told_before_and_fails_the_activation(lab: Lab) -> None:
    lab.set_home(SETTINGS_FILE)
    (lab.home / ".config/app").mkdir(parents=True)
    (lab.home / ".config/app/settings").write_text("my own")
    ui = User()
    outcome = await lab.deploy(plan.switch, ui)
    assert isinstance(outcome, Failed), outcome

    assert [each.outcome for each in ui.documents[0].collisions] == ["fails"]
    assert [problem.kind for problem in outcome.problems] == ["collision"]
    assert outcome.moved is None
    assert (lab.home / ".config/app/settings").read_text() == "my own"
