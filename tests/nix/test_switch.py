"""Real builds and activations of a standalone home."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from hmls.deploy import plan
from hmls.deploy.outcome import Done, Failed, NotRun
from hmls.deploy.progress import Report
from hmls.deploy.session import deploy
from hmls.deploy.ui import Question
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


async def test_the_time_that_a_user_takes_to_answer_is_no_part_of_it(lab: Lab) -> None:
    class Thinking(User):
        thought_s = 0.0

        async def confirm(self, question: Question) -> bool:
            begun_s = time.monotonic()
            await asyncio.sleep(1)
            self.thought_s += time.monotonic() - begun_s
            return True

    lab.set_home(SETTINGS_FILE)
    ui, begun_s = Thinking(), time.monotonic()
    outcome = await lab.deploy(plan.switch, ui)
    took_s = time.monotonic() - begun_s
    assert isinstance(outcome, Done)
    assert outcome.seconds < took_s - ui.thought_s + 0.1


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


async def test_the_same_home_again_where_files_of_it_were_removed_or_replaced(lab: Lab) -> None:
    lab.set_home('{ files.".🎉" = "1"; files.b = "2"; files.c = "3"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    ui = User()
    outcome = await lab.deploy(plan.preview, ui)
    assert isinstance(outcome, Done)
    assert outcome.text.endswith("; nothing changes.")
    (lab.home / ".🎉").unlink()
    (lab.home / "b").unlink()
    (lab.home / "b").write_text("my own")
    outcome = await lab.deploy(plan.preview, ui)
    assert isinstance(outcome, Done)
    assert ui.documents[1].put_back == ("~/.🎉",)
    said = "; 1 missing file put back; nothing else changes; 1 file in the way."
    assert outcome.text.endswith(said)
    (lab.home / "b").unlink()
    assert isinstance(await lab.deploy(plan.switch), Done)
    assert [(lab.home / name).read_text() for name in (".🎉", "b")] == ["1", "2"]


async def test_the_profile_is_where_the_activation_put_it(lab: Lab) -> None:
    """An old Nix keeps the profiles of users with its own state, if their own folder is missing."""
    shared = lab.folder / "var"
    lab.nix_state = str(shared)
    profile = shared / "profiles/per-user/alice/home-manager"
    lab.set_home('{ files.a = "1"; }')
    script = lab.root / "activate.sh"
    own = "profile=$stateHome/nix/profiles/home-manager"
    text = script.read_text().replace(own, f"profile={profile}")
    text = text.replace(' "$stateHome/nix/profiles"', f" {profile.parent}")
    script.write_text(text)
    outcome = await lab.deploy(plan.switch)
    assert isinstance(outcome, Done), outcome
    assert outcome.generation == 1
    assert outcome.moved is not None
    assert (outcome.moved.profile, outcome.moved.before) == (str(profile), None)


async def test_settings_that_changed_since_the_last_switch(lab: Lab) -> None:
    lab.set_home(SETTINGS_FILE)
    lab.settings = {"programs.git.enable": "true", "home.stateVersion": '"24.11"'}
    assert isinstance(await lab.deploy(plan.switch), Done)
    lab.set_home(SETTINGS_FILE.replace("dark", "light"))
    lab.settings = {"programs.git.enable": "false", "home.stateVersion": '"24.11"'}
    ui = User()
    assert isinstance(await lab.deploy(plan.preview, ui), Done)
    assert isinstance(await lab.deploy(plan.preview, ui), Done)
    assert isinstance(await lab.deploy(plan.switch), Done)
    assert isinstance(await lab.deploy(plan.preview, ui), Done)
    assert ui.documents.pop().settings == ()
    for document in ui.documents:
        changes = [(each.option, each.before, each.after) for each in document.settings]
        assert changes == [("programs.git.enable", "true", "false")]


async def test_files_that_git_does_not_track_are_named_before(lab: Lab) -> None:
    lab.set_home(SETTINGS_FILE)
    around = replace(await lab.around(), untracked=("homes/alice/new.nix",))
    made = plan.build(lab.target(), around.situation)
    assert isinstance(made, plan.Plan)
    ui = User(answers=False)
    assert isinstance(await deploy(made, ui, around), NotRun)
    assert ui.questions[0].notes == (
        "Git does not track homes/alice/new.nix: the flake does not see it.",
    )
    assert "nix build" in ui.questions[0].commands[0]


async def test_progress_counts_the_steps(lab: Lab) -> None:
    lab.set_home(SETTINGS_FILE)
    titles: list[str] = []

    class Watching(User):
        def progress(self, title: str, report: Report) -> None:
            titles.append(title)

    assert isinstance(await lab.deploy(plan.switch, Watching()), Done)
    assert list(dict.fromkeys(titles)) == [
        "Check the flake (1 of 3)",
        "Build alice (2 of 3)",
        "Activate the home (3 of 3)",
    ]
