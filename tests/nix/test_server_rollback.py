"""Going back from any editor, by a code action and a dialogue of the server's own."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from tests.nix.desk import Desk, desk, make_lab, other_user

USER = other_user()[1]
HOME = f"homes/{USER}/default.nix"
TOP = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
TITLE = f"Roll back {USER}: choose from its generations"


async def go_back(at: Desk, *answers: str) -> dict[str, str]:
    """Choose the code action, and answer the questions that follow."""
    at.editor.open(HOME)
    (action,) = [a for a in await at.editor.actions(HOME, TOP) if a.title == TITLE]
    assert action.data["commands"] == []
    assert action.command is not None
    at.editor.close(HOME)
    given = iter(answers)
    at.answer = lambda _: next(given)
    found = await at.client.workspace_execute_command_async(
        lsp.ExecuteCommandParams(action.command.command, action.command.arguments)
    )
    return found if isinstance(found, dict) else found._asdict()


async def test_any_generation_is_chosen_from_their_list(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, '{ files.a = "1 🎉"; }')
    async with desk(lab, own={}) as at:
        assert (await at.run("switch"))["outcome"] == "done"
        at.editor.open(HOME)
        titles = [action.title for action in await at.editor.actions(HOME, TOP)]
        assert TITLE not in titles, "there is nothing to go back to"
        at.editor.close(HOME)
        for text in ("2", "3"):
            lab.write(HOME, f'{{ files.a = "{text}"; }}')
            assert (await at.run("switch"))["outcome"] == "done"
        found = await go_back(at, "Generation 1", "Roll back")
        assert found["outcome"] == "done", found
        assert (lab.home / "a").read_text() == "1 🎉"
        listed, question = at.questions[-2:]
        assert "generation 3 of " in listed
        assert "(current): 1 file, 1 setting changed; files.a" in listed
        assert "--switch-generation 1" in question
        found = await go_back(at, "Cancel")
        assert found == {"outcome": "not-run", "message": f"Roll back {USER}: nothing was run."}
        assert (lab.home / "a").read_text() == "1 🎉"
