"""Three real generations, and the ways between them."""

from __future__ import annotations

from hmls.deploy import plan
from hmls.deploy.generations import Generation, home_profile, read_profile
from hmls.deploy.look import compare
from hmls.deploy.outcome import Done
from tests.nix.lab import Lab, User


def text_of(word: str) -> str:
    return f'{{ files = {{ "mood" = "{word}\\n"; "only-{word}" = "x"; }}; }}'


async def three(lab: Lab) -> list[Generation]:
    for word in ("glad", "calm", "wild"):
        lab.set_home(text_of(word))
        assert isinstance(await lab.deploy(plan.switch), Done)
    return read_profile(home_profile(lab.machine))


def mood(lab: Lab) -> str:
    return (lab.home / "mood").read_text().strip()


def entries(lab: Lab) -> list[str]:
    return sorted(path.name for path in lab.home.iterdir() if not path.name.startswith("."))


async def test_the_list_of_three(lab: Lab) -> None:
    found = await three(lab)
    assert [(each.number, each.current) for each in found] == [(3, True), (2, False), (1, False)]
    assert all(each.path.endswith("-home-manager-generation") for each in found)
    assert entries(lab) == ["mood", "only-wild"]


async def test_back_to_the_first_and_forward_again(lab: Lab) -> None:
    found = await three(lab)
    for generation, word in ((found[2], "glad"), (found[0], "wild")):
        situation = await lab.situation()
        ui = User()
        made = plan.rollback(lab.target(), generation, situation)
        outcome = await lab.deploy(lambda *_, made=made: made, ui)
        assert isinstance(outcome, Done), outcome
        assert outcome.generation == generation.number
        assert mood(lab) == word
        assert entries(lab) == ["mood", f"only-{word}"]
        assert [question.kind for question in ui.questions] == ["activate"]
        assert {each.target for each in ui.documents[0].files} >= {"mood"}
    assert len(read_profile(home_profile(lab.machine))) == 3


async def test_settings_of_what_is_gone_back_to(lab: Lab) -> None:
    """They are those that it was built from, whatever the files say now."""
    for word in ("glad", "calm"):
        lab.set_home(text_of(word))
        lab.settings = {"mood": word}
        assert isinstance(await lab.deploy(plan.switch), Done)
    lab.settings = {"mood": "edited since"}
    first = read_profile(home_profile(lab.machine))[-1]
    made = plan.rollback(lab.target(), first, await lab.situation())
    ui = User()
    assert isinstance(await lab.deploy(lambda *_: made, ui), Done)
    (change,) = ui.documents[0].settings
    assert (change.option, change.before, change.after) == ("mood", "calm", "glad")
    assert ui.documents[0].notes == ()


async def test_what_changed_between_two(lab: Lab) -> None:
    found = await three(lab)
    document = await compare("x", found[2].path, found[1].path, lab.target(), await lab.around())
    assert {each.target: each.change for each in document.files} == {
        "mood": "changed",
        "only-calm": "added",
        "only-glad": "removed",
    }
    assert "-glad\n+calm" in document.files[0].diff
    assert document.notes == ()


async def test_expiring_keeps_the_current_one(lab: Lab) -> None:
    found = await three(lab)
    situation = await lab.situation()
    ui = User()
    made = plan.expire(lab.target(), found, situation)
    assert isinstance(await lab.deploy(lambda *_: made, ui), Done)
    assert [each.number for each in read_profile(home_profile(lab.machine))] == [3]
    assert ui.questions[0].notes[0].startswith("generation 2 of ")


async def test_the_preview_knows_what_runs(lab: Lab) -> None:
    await three(lab)
    ui = User()
    await lab.deploy(plan.preview, ui)
    assert ui.documents[0].changes_nothing
    lab.set_home(text_of("sad"))
    await lab.deploy(plan.preview, ui)
    assert {each.target for each in ui.documents[1].files} == {"mood", "only-sad", "only-wild"}
    assert mood(lab) == "wild"


async def test_a_specialisation(lab: Lab) -> None:
    lab.write("flake.nix", (lab.root / "flake.nix").read_text())
    lab.set_home(
        "let home = import ../../home.nix; "
        "facts = builtins.fromJSON (builtins.readFile ../../facts.json); in "
        '{ files."mood" = "day\\n"; specialisations.night = home { user = "alice"; '
        'inherit (facts) home system; files."mood" = "night\\n"; }; }'
    )
    lab.options = plan.Options(specialisation="night")
    outcome = await lab.deploy(plan.switch)
    assert isinstance(outcome, Done), outcome
    assert mood(lab) == "night"
    assert outcome.generation == 1


async def test_files_in_the_way_are_moved_aside(lab: Lab) -> None:
    (lab.home / "mood").write_text("my own")
    lab.set_home(text_of("glad"))
    lab.options = plan.Options(backup_extension="bak")
    ui = User()
    assert isinstance(await lab.deploy(plan.switch, ui), Done)
    assert [each.outcome for each in ui.documents[0].collisions] == ["backed-up"]
    assert (lab.home / "mood.bak").read_text() == "my own"
    assert mood(lab) == "glad"
