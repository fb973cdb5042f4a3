"""Deployments through the language server, with a real Nix and a real activation."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcRequestCancelled

from hmls.server.commands import COMMANDS
from tests.nix.desk import Desk, desk, make_lab, no, other_user

USER = other_user()[1]
HOME = f"homes/{USER}/default.nix"
FILE = '{ files.".config/app/settings" = "theme = dark 🎉\\n"; }'
EVERYWHERE = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))


@pytest.mark.parametrize("profile", ["neovim", "visual_studio_code"], ids=["utf-8", "utf-16"])
async def test_from_the_code_action_to_the_home(
    folder: Path, nix_environ: dict[str, str], profile: str
) -> None:
    lab = make_lab(folder, nix_environ, FILE)
    async with desk(lab, profile) as at:
        at.editor.open(HOME)
        actions = {a.title: a for a in await at.editor.actions(HOME, EVERYWHERE)}
        title = f"Switch {USER}: home-manager switch --flake .#{USER}"
        deployments = [t for t, a in actions.items() if a.kind == "source.deploy"]
        assert deployments == [
            f"Build {USER}: nix build .#homeConfigurations.{USER}.activationPackage",
            f"Preview {USER}: what a switch would change",
            title,
            f"Check {USER}: nix flake check, and all of it evaluated",
        ]
        command = actions[title].command
        assert command is not None
        assert actions[title].is_preferred
        found = await at.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams(command.command, command.arguments)
        )
        assert found["outcome"] == "done", (found, at.lines)
        assert found["message"].startswith(f"Switch {USER}: generation 1 in ")
        assert (lab.home / ".config/app/settings").read_text() == "theme = dark 🎉\n"
        assert_shown(at)


async def test_whether_a_home_was_ever_deployed(folder: Path, nix_environ: dict[str, str]) -> None:
    """Told of one's own home alone: the profile of another user says nothing of this machine."""
    lab = make_lab(folder, nix_environ, FILE)
    lab.set_home("{ }", "somebody")

    async def deployed() -> dict[str, str | None]:
        answer = await at.client.protocol.send_request_async("hmls/layers", {})
        return {target.name: target.deployed for target in answer.roots[0].targets}

    async with desk(lab) as at:
        assert await deployed() == {USER: "never", "somebody": None}
        assert (await at.run("switch"))["outcome"] == "done"
        found = await deployed()
        assert found.pop("somebody") is None
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*", found[USER] or "")


def assert_shown(at: Desk) -> None:
    start, activate = at.questions
    assert "nix flake check" in start
    assert "nix build" in start
    assert "/activate" in activate
    begin, *reports, end = at.progress
    assert begin.kind == "begin"
    assert begin.cancellable
    assert end.kind == "end"
    percentages = [report.percentage for report in reports]
    assert percentages == sorted(percentages)
    assert any(re.search(r"built \d of \d", report.message or "") for report in reports)
    assert any(line.startswith("$ nix build ") for line in at.lines)
    assert [shown.uri for shown in at.client.shown_documents] == ["hmls:/preview/1.md"]


async def test_a_preview_is_a_document(folder: Path, nix_environ: dict[str, str]) -> None:
    async with desk(make_lab(folder, nix_environ, FILE)) as at:
        assert (await at.run("preview"))["outcome"] == "done"
        uri = at.client.shown_documents[0].uri
        content = await at.client.protocol.send_request_async(
            lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT, lsp.TextDocumentContentParams(uri)
        )
        assert "~/.config/app/settings" in content.text
        assert not (at.lab.home / ".config").exists()


@pytest.mark.parametrize("answer", ["yes", 7, {"label": "Run"}, [{"title": "Run"}], {"title": 7}])
async def test_an_answer_that_is_none_is_a_no(
    folder: Path, nix_environ: dict[str, str], answer: Any
) -> None:
    async with desk(make_lab(folder, nix_environ, FILE)) as at:
        at.answers_with = answer
        found = await at.run("build")
        assert found["outcome"] == "not-run"
        at.answers_with = None
        assert (await at.run("build"))["outcome"] == "done"


@pytest.mark.parametrize("token", ["mine", 7])
async def test_progress_under_the_token_of_the_client(
    folder: Path, nix_environ: dict[str, str], token: str | int
) -> None:
    """Also for one that knows no progress that a server begins."""
    async with desk(make_lab(folder, nix_environ, FILE), "neovim", progress=False) as at:
        assert (await at.run("build"))["outcome"] == "done"
        assert at.client.progress_reports == {}
        assert (await at.run("build", token=token))["outcome"] == "done"
        assert list(at.client.progress_reports) == [token]
        assert [each.kind for each in at.progress][:: len(at.progress) - 1] == ["begin", "end"]


async def test_a_no_runs_nothing(folder: Path, nix_environ: dict[str, str]) -> None:
    async with desk(make_lab(folder, nix_environ, FILE)) as at:
        at.answer = no
        found = await at.run("switch")
        assert found["outcome"] == "not-run"
        assert at.lines == []
        assert not (at.lab.home / ".config").exists()


async def test_a_no_after_the_build_activates_nothing(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    """Something ran by then, so that what became of it is said."""
    async with desk(make_lab(folder, nix_environ, FILE)) as at:
        at.answer = lambda params: "Run" if params.actions[0].title == "Run" else None
        found = await at.run("switch")
        assert found == {"outcome": "not-run", "message": f"Switch {USER}: nothing was activated."}
        assert at.messages == [found["message"]]
        assert not (at.lab.home / ".config").exists()


async def test_an_untrusted_workspace_runs_nothing(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, FILE)
    lab.add_program("nix", f"touch {lab.folder}/it-ran")
    async with desk(lab, trusted=False) as at:
        for name in COMMANDS:
            more = {"paths": [str(lab.root)], "generations": [1]}
            assert (await at.run(name, **more))["outcome"] == "not-run", name
        assert (await at.ask("hmls/generations")).generations == []
        at.editor.open(HOME)
        actions = await at.editor.actions(HOME, EVERYWHERE)
        offered = [action for action in actions if action.kind == "source.deploy"]
        assert offered
        assert all("not trusted" in action.data["reason"] for action in offered)
        assert at.questions == []
        assert "not trusted" in at.messages[0]
    assert not (lab.folder / "it-ran").exists()


async def test_errors_are_on_the_users_lines_and_go_with_the_next_run(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    text = '{\n  # 🎉\n  files.a = "🎉${nothing}";\n}\n'
    async with desk(make_lab(folder, nix_environ, text)) as at:
        found = await at.run("build")
        assert found["outcome"] == "failed"
        assert "undefined variable 'nothing'" in found["message"]
        problems = await at.reported(HOME)
        assert [(p.code, at.editor.text_at(text, p.range)) for p in problems] == [
            ("undefined-variable", "nothing")
        ]
        at.lab.write(HOME, text.replace("${nothing}", ""))
        assert (await at.run("build"))["outcome"] == "done"
        await at.cleared(HOME)


async def test_errors_go_when_the_file_is_edited(folder: Path, nix_environ: dict[str, str]) -> None:
    text = "{ files = { colour = 1; }.color; }"
    async with desk(make_lab(folder, nix_environ, text)) as at:
        at.editor.open(HOME)
        assert (await at.run("build"))["outcome"] == "failed"
        (problem,) = await at.reported(HOME)
        assert at.editor.text_at(text, problem.range) == "color"
        assert await at.editor.fixed(HOME, text, problem, "Change to colour") == text.replace(
            ".color", ".colour"
        )
        # On the same line, but elsewhere: as Neovim asks, which names the problems of the line.
        elsewhere = lsp.Range(lsp.Position(0, 3), lsp.Position(0, 3))
        for named, titles in (([problem], ["Change to colour"]), ([], [])):
            found = await at.editor.actions(HOME, elsewhere, named)
            assert [each.title for each in found if each.kind == "quickfix"] == titles
        at.editor.open(HOME, text.replace(".color", ".colour"))
        await at.cleared(HOME)


async def test_a_file_that_git_does_not_track_and_its_fix(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, "{ files.a = import ./more.nix; }")
    lab.write(f"homes/{USER}/more.nix", '"more"')
    async with desk(lab) as at:
        assert (await at.run("build"))["outcome"] == "failed"
        assert f"Git does not track homes/{USER}/more.nix" in at.questions[0]
        (problem,) = await at.reported(HOME)
        actions = await at.editor.actions(HOME, problem.range, [problem])
        (fix,) = [action for action in actions if action.title == "git add -N"]
        assert fix.command is not None
        await at.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams(fix.command.command, fix.command.arguments)
        )
        assert (await at.run("build"))["outcome"] == "done"


async def test_cancelling_leaves_no_process(folder: Path, nix_environ: dict[str, str]) -> None:
    async with desk(make_lab(folder, nix_environ, building("echo begun; sleep 600"))) as at:
        running = asyncio.ensure_future(at.run("build"))
        await at.sees("begun")
        await at.reports("built 0 of 1")
        second = await at.run("build")
        assert second["outcome"] == "not-run"
        assert "is still running" in second["message"]
        (token,) = at.client.progress_reports
        at.client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
        assert (await running)["outcome"] == "cancelled"
        assert at.lab.processes() == [f for f in at.lab.processes() if "-m hmls" in f]
        at.lab.write(HOME, FILE)
        assert (await at.run("build"))["outcome"] == "done"


async def test_a_second_server_waits_for_the_first(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, building("echo begun; sleep 600"))
    async with desk(lab) as first, desk(lab) as second:
        running = asyncio.ensure_future(first.run("build"))
        await first.sees("begun")
        found = await second.run("build")
        assert found["outcome"] == "not-run"
        assert re.match(rf"“Build {USER}” is running since \d\d:\d\d\. ", found["message"])
        (token,) = first.client.progress_reports
        first.client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
        assert (await running)["outcome"] == "cancelled"
        lab.write(HOME, FILE)
        assert (await second.run("build"))["outcome"] == "done"


async def test_a_cancelled_request_ends_its_build(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    async with desk(make_lab(folder, nix_environ, building("echo begun; sleep 600"))) as at:
        protocol = at.client.protocol
        parameters = lsp.ExecuteCommandParams("hmls.build", at.argument())
        running = protocol.send_request_async(
            lsp.WORKSPACE_EXECUTE_COMMAND, parameters, msg_id="build"
        )
        answer = asyncio.ensure_future(running)
        await at.sees("begun")
        protocol.notify(lsp.CANCEL_REQUEST, lsp.CancelParams("build"))
        with pytest.raises(JsonRpcRequestCancelled):
            await answer
        await at.ended()
        assert at.progress[-1].message == f"Build {USER} was cancelled."
        assert at.lab.processes() == [f for f in at.lab.processes() if "-m hmls" in f]


async def test_generations_and_the_way_back(folder: Path, nix_environ: dict[str, str]) -> None:
    async with desk(make_lab(folder, nix_environ, FILE)) as at:
        for theme in ("dark", "light", "blue"):
            at.lab.write(HOME, FILE.replace("dark", theme))
            assert (await at.run("switch"))["outcome"] == "done"
        found = (await at.ask("hmls/generations")).generations
        assert [(each.id, each.current) for each in found] == [
            (3, True), (2, False), (1, False),
        ]  # fmt: skip
        assert [each.changes for each in found[:2]] == [
            '1 file, 1 setting changed; files.".config/app/settings"'
        ] * 2
        back = await at.run("rollback", generation=1)
        assert back["outcome"] == "done", back
        assert "dark" in (at.lab.home / ".config/app/settings").read_text()
        assert (await at.run("expire", generations=[2]))["outcome"] == "done"
        found = (await at.ask("hmls/generations")).generations
        assert [(each.id, each.current) for each in found] == [(3, False), (1, True)]


async def test_unsaved_buffers_are_told(folder: Path, nix_environ: dict[str, str]) -> None:
    async with desk(make_lab(folder, nix_environ, FILE)) as at:
        at.editor.open(HOME, FILE.replace("dark", "light"))

        @at.client.feature("hmls/save")
        def save(params: Any) -> dict[str, bool]:
            at.lab.write(HOME, FILE.replace("dark", "light"))
            return {"saved": True}

        assert (await at.run("switch"))["outcome"] == "done"
        assert HOME in at.questions[0]
        assert "light" in (at.lab.home / ".config/app/settings").read_text()


def building(script: str) -> str:
    from tests.nix.lab import SYSTEM

    return f"""{{ files.app = builtins.readFile (derivation {{
      name = "app-1.0";
      system = "{SYSTEM}";
      builder = "/bin/sh";
      PATH = "/usr/bin:/bin";
      args = [ "-c" "{script}" ];
    }}); }}"""
