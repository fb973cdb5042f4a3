"""Lix, as its sources say what it prints; what it builds is built by the Nix at hand."""

from __future__ import annotations

from hmls.deploy import plan
from hmls.deploy.outcome import Done
from tests.nix.lab import Lab, User
from tests.nix.test_flakes import add_inputs

LIX = """
if [ "$1" = --version ]; then echo 'nix (Lix, like Nix) 2.91.1'; exit; fi
case " $* " in
    *" --update-input "*) echo "error: it has been replaced by nix flake update" >&2; exit 1 ;;
    *" --extra-experimental-features nix-command flakes "*) exec @nix@ "$@" ;;
esac
printf '%s' "error: experimental Lix feature 'nix-command' is disabled; use " >&2
echo "'--extra-experimental-features nix-command' to override" >&2
exit 1
"""
"""Flakes are off, as where nothing was configured (lix/libutil/experimental-features.cc), and
inputs are updated by one command alone (lix/nix/flake.cc)."""


def use_lix(lab: Lab) -> None:
    path = next(each for each in lab.environ["PATH"].split(":") if "nix" in each)
    lab.add_program("nix", LIX.replace("@nix@", f"{path}/nix"))


async def test_flakes_that_are_not_enabled(lab: Lab) -> None:
    lab.set_home('{ files.a = "🎉"; }')
    use_lix(lab)
    tools = await lab.tools()
    assert tools.nix is not None
    assert (tools.nix.flavour, tools.nix.flakes_enabled) == ("lix", False)
    ui = User()
    assert isinstance(await lab.deploy(plan.switch, ui), Done), ui.text
    assert (lab.home / "a").read_text() == "🎉"
    assert "$ nix --extra-experimental-features 'nix-command flakes' build " in ui.text


async def test_an_input_is_updated(lab: Lab) -> None:
    one, _ = add_inputs(lab)
    assert isinstance(await lab.deploy(plan.build), Done)
    use_lix(lab)
    (one / "more").write_text("x")
    situation, ui = await lab.situation(), User()
    update = plan.update(str(lab.root), ["one"], situation)
    assert isinstance(await lab.deploy(lambda *_: update, ui), Done), ui.text
    assert [each.name for each in ui.documents[0].inputs] == ["one"]
