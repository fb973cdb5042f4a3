"""A switch that is cancelled in each phase leaves nothing, and the next goes well."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.nix.desk import Desk, desk, make_lab, other_user
from tests.nix.lab import Lab

USER = other_user()[1]
HOME = f"homes/{USER}/default.nix"
FILE = '{ files.a = "🎉"; }'
LONG = (
    "let some = builtins.genList (x: x) 2000; fold = f: n: builtins.foldl' f n some; in "
    'builtins.trace "begun" (fold (a: _: fold (b: _: fold (c: m: c + m) b) a) 0)'
)
PHASES = {
    "evaluating": f"{{ files.a = toString ({LONG}); }}",
    "fetching": '{ files.a = builtins.readFile (builtins.fetchurl { url = "@url@"; '
    f'sha256 = "{"0" * 52}"; }}); }}',
}


def left_behind(lab: Lab) -> list[str]:
    """Processes but for the server, and files of a lock or a record."""
    folder = lab.home / ".local/state/hmls/deploy"
    files = [str(path) for path in folder.rglob("*")] if folder.exists() else []
    return [line for line in lab.processes() if "-m hmls" not in line] + files


@asynccontextmanager
async def slow_server(asked: asyncio.Event) -> AsyncIterator[str]:
    """Serves a file of which most never comes."""
    gone = asyncio.Event()

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegun")
        await writer.drain()
        asked.set()
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/file"
    finally:
        gone.set()
        server.close()


async def cancel(at: Desk) -> None:
    token = list(at.client.progress_reports)[-1]
    at.client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))


async def assert_nothing_is_left(at: Desk) -> None:
    assert left_behind(at.lab) == []
    at.lab.write(HOME, FILE)
    assert (await at.run("switch"))["outcome"] == "done"
    assert (at.lab.home / "a").read_text() == "🎉"
    assert left_behind(at.lab) == []


@pytest.mark.parametrize("phase", PHASES)
async def test_before_anything_is_built(
    folder: Path, nix_environ: dict[str, str], phase: str
) -> None:
    asked = asyncio.Event()
    async with slow_server(asked) as url:
        lab = make_lab(folder, nix_environ, PHASES[phase].replace("@url@", url))
        async with desk(lab) as at:
            running = asyncio.ensure_future(at.run("switch"))
            await (at.sees("trace: begun") if phase == "evaluating" else asked.wait())
            await cancel(at)
            assert (await running)["outcome"] == "cancelled"
            assert any("Nothing was activated." in each for each in at.messages)
            await assert_nothing_is_left(at)


async def test_while_a_home_is_activated(folder: Path, nix_environ: dict[str, str]) -> None:
    lab = make_lab(folder, nix_environ, '{ files.a = "1"; files.b = "2"; }')
    script = lab.root / "activate.sh"
    whole = script.read_text()
    script.write_text(whole + "\necho half way\nsleep 600\n")
    async with desk(lab) as at:
        running = asyncio.ensure_future(at.run("switch"))
        await at.sees("half way")
        await cancel(at)
        assert (await running)["outcome"] == "cancelled"
        assert any("was cancelled during" in each for each in at.messages)
        script.write_text(whole)
        await assert_nothing_is_left(at)


async def test_while_a_question_is_open(folder: Path, nix_environ: dict[str, str]) -> None:
    """The editor is told that nobody waits for the answer any more."""
    lab = make_lab(folder, nix_environ, FILE)
    async with desk(lab) as at:
        asked, taken_back = asyncio.Event(), asyncio.Event()

        async def answers_late() -> None:
            asked.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                taken_back.set()
                raise

        at.hesitates = answers_late
        running = asyncio.ensure_future(at.run("build"))
        await asked.wait()
        await cancel(at)
        assert (await running)["outcome"] == "cancelled"
        async with asyncio.timeout(60):
            await taken_back.wait()
        assert left_behind(lab) == []
        at.hesitates = None
        await assert_nothing_is_left(at)


async def test_what_was_cancelled_and_has_yet_to_end(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, FILE)
    script = lab.root / "activate.sh"
    whole, gate = script.read_text(), lab.home / ".gate"
    ends = f"trap 'read _ < {gate}; exit 1' INT\necho half way\nsleep 600\n"
    script.write_text(f"{whole}\n{ends}")
    os.mkfifo(gate, 0o666)
    gate.chmod(0o666)
    async with desk(lab) as at:
        running = asyncio.ensure_future(at.run("switch"))
        await at.sees("half way")
        await cancel(at)
        refused = await at.run("build")
        assert refused["outcome"] == "not-run"
        assert "was cancelled in " in refused["message"]
        with gate.open("w") as opened:
            opened.write("end\n")
        assert (await running)["outcome"] == "cancelled"
        script.write_text(whole)
        await assert_nothing_is_left(at)
