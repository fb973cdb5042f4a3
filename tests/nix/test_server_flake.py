"""What is done to a flake as a whole, through the server: updated, fetched, checked, begun."""

from __future__ import annotations

import re
from pathlib import Path

from lsprotocol import types as lsp

from hmls.deploy.flake_lock import read_lock
from tests.nix.desk import OWN, desk, make_lab, no, other_user
from tests.nix.first import without_a_flake
from tests.nix.test_flakes import add_inputs

USER = other_user()[1]
HOME = f"homes/{USER}/default.nix"


async def test_one_input_from_its_line_then_all_of_them(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, '{ files.a = "1"; }')
    one, two = add_inputs(lab)
    async with desk(lab) as at:
        assert (await at.run("archive"))["outcome"] == "done"
        before = read_lock(str(lab.root))
        assert set(before) == {"one", "two"}
        for changed in (one, two):
            (changed / "more").write_text("🎉")
        text = (lab.root / "flake.nix").read_text()
        place = at.editor.open("flake.nix", text.replace("inputs.one", "in$0puts.one")).position
        actions = await at.editor.actions("flake.nix", lsp.Range(place, place))
        (update,) = [a for a in actions if a.title == "Update one: nix flake update one"]
        assert update.command is not None
        assert update.data["commands"] == [f"nix flake update one --flake {lab.root}"]
        found = await at.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams(update.command.command, update.command.arguments)
        )
        assert found["outcome"] == "done", found
        assert found["message"].endswith("; 1 input moved.")
        (question,) = at.questions[1:]
        assert update.data["commands"][0] in question
        after = read_lock(str(lab.root))
        assert (before["one"] != after["one"], before["two"]) == (True, after["two"])
        shown = await at.client.protocol.send_request_async(
            lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT,
            lsp.TextDocumentContentParams(at.client.shown_documents[-1].uri),
        )
        assert f"| `one` | `{before['one']}` | `{after['one']}` |" in shown.text
        found = await at.run("update", input=None)
        assert found["message"].endswith("; 1 input moved."), found
        assert read_lock(str(lab.root))["two"] != before["two"]
        assert (await at.run("update", input="--help"))["outcome"] == "not-run"
        at.answer = no
        assert (await at.run("update", input="one"))["outcome"] == "not-run"


async def test_all_homes_and_hosts_are_checked_with_one_progress(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, "{ files = {\n  a = nothing; }; }")
    lab.set_home("{ files = no; }", "bob")
    lab.set_home('{ files.a = "1"; }', "carol")
    lab.write(f"homes/{USER}@server/default.nix", "{ }")
    lab.write("systems/server/default.nix", "{ ... }: absent")
    lab.track()
    async with desk(lab) as at:
        found = await at.run("checkAll")
        assert found["outcome"] == "failed"
        assert len(at.client.progress_reports) == 1
        begin, *reports, end = at.progress
        assert (begin.title, end.kind) == ("Check all homes and hosts", "end")
        percentages = [each.percentage for each in reports]
        assert percentages == sorted(percentages)
        steps = {re.sub(r":.*", "", each.message or "") for each in reports}
        assert {"Check the flake (1 of 6)", "Evaluate bob (2 of 6)"} & steps
        for name, word in (
            (HOME, "nothing"), ("homes/bob/default.nix", "no"),
            ("systems/server/default.nix", "absent"),
        ):  # fmt: skip
            (problem,) = await at.reported(name)
            text = (lab.root / name).read_text()
            assert at.editor.text_at(text, problem.range) == word
        assert not lab.home.joinpath("a").exists()


async def test_the_first_installation(folder: Path, nix_environ: dict[str, str]) -> None:
    """`nix run home-manager/master`, with a registry that leads to a repository of the test."""
    lab = without_a_flake(folder, nix_environ)
    async with desk(lab) as at:
        at.answer = no
        assert (await at.run("initialise", target=None))["outcome"] == "not-run"
        assert list(lab.root.iterdir()) == []
        at.answer = lambda params: params.actions[0].title if params.actions else None
        found = await at.run("initialise", target=None)
        assert found["outcome"] == "done", (found, at.lines)
        assert found["message"].startswith("Install Home Manager: generation 1 in ")
        command = f"nix run home-manager/master -- init --switch {lab.root}"
        assert command in at.questions[-1]
        assert (lab.home / "asked").read_text() == f"init --switch {lab.root}\n"
        assert (lab.home / "first").exists()
        assert (await at.run("build"))["outcome"] == "done"
        again = await at.run("initialise", target=None)
        assert again["outcome"] == "not-run"
        assert "already: switch to one of its homes instead" in again["message"]


async def test_no_nix_is_said_before_anything_is_asked(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, '{ files.a = "1"; }')
    lab.environ["PATH"] = "/usr/bin:/bin"
    async with desk(lab) as at:
        for name in ("build", "preview", "switch", "check", "checkAll", "update", "archive"):
            found = await at.run(name)
            assert found["outcome"] == "not-run"
            assert found["message"].startswith("There is no `nix` on the PATH"), found
        assert at.questions == []
        at.editor.open(HOME)
        start = lsp.Position(0, 0)
        titles = [a.title for a in await at.editor.actions(HOME, lsp.Range(start, start))]
        assert any(title.startswith("Build ") for title in titles)


async def test_a_client_that_has_nothing_of_its_own(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    """Colours are taken out, the preview is a file, unsaved buffers are asked about."""
    lab = make_lab(folder, nix_environ, '{ files.a = "1"; }')
    async with desk(lab, own={}) as at:
        at.editor.open(HOME, '{ files.a = "2"; }')
        answers = iter(["They are saved", "Go on without them", "Run"])
        at.answer = lambda _: next(answers)
        found = await at.run("preview")
        assert found["outcome"] == "not-run"
        assert "Not saved: default.nix." in at.messages
        found = await at.run("preview")
        assert found["outcome"] == "done", found
        (shown,) = at.client.shown_documents
        assert shown.uri.startswith("file:///")
        said = "\n".join(each.message for each in at.client.log_messages)
        assert "$ nix build " in said
        assert "\x1b" not in said


async def test_an_editor_that_cannot_ask_is_told_what_can(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    def refuse(_params: lsp.ShowMessageRequestParams) -> str:
        raise NotImplementedError

    async with desk(make_lab(folder, nix_environ, '{ files.a = "1"; }'), own={}) as at:
        at.answer = refuse
        assert (await at.run("switch"))["outcome"] == "not-run"
        assert "the editor cannot ask, and nothing is run unasked" in await at.told()
        assert not (at.lab.home / "a").exists()


async def test_colours_reach_a_client_that_shows_them(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    assert OWN["log"]
    lab = make_lab(folder, nix_environ, "{ files = nothing; }")
    async with desk(lab) as at:
        assert (await at.run("build"))["outcome"] == "failed"
        assert any(line.startswith("\x1b[31;1merror:") for line in at.lines)
