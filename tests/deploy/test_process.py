"""Processes: every line comes through, nothing is left, nothing goes through a shell."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from hmls.deploy import process
from hmls.deploy.process import Command, Ended, NotStarted, Stream, group_lives, run, run_detached

ENVIRON = {"PATH": "/usr/bin:/bin"}


def shell(script: str, *arguments: str, cwd: str = "/") -> Command:
    return Command(("sh", "-c", script, "sh", *arguments), cwd, ENVIRON)


class Output:
    def __init__(self) -> None:
        self.lines: list[tuple[Stream, str]] = []
        self.group: int | None = None
        self.changed = asyncio.Event()

    def line(self, stream: Stream, text: str) -> None:
        self.lines.append((stream, text))
        self.changed.set()

    def started(self, pid: int) -> None:
        self.group = pid

    async def sees(self, text: str) -> None:
        async with asyncio.timeout(30):
            while not any(text in line for _, line in self.lines):
                self.changed.clear()
                await self.changed.wait()


async def test_lines_of_both_streams() -> None:
    output = Output()
    ended = await run(shell("echo a; echo b >&2; printf 'x\\ry\\nlast'"), output.line)
    assert ended == Ended(0)
    assert sorted(output.lines) == [("err", "b"), ("out", "a"), ("out", "last"), ("out", "y")]


async def test_bytes_that_are_no_text_and_long_lines() -> None:
    output = Output()
    await run(shell("printf '\\377\\n'; head -c 300000 /dev/zero | tr '\\0' x"), output.line)
    assert [len(line) for _, line in output.lines] == [1, 300000]


async def test_codes_and_signals() -> None:
    assert await run(shell("exit 3"), Output().line) == Ended(3)
    assert await run(shell("kill -9 $$"), Output().line) == Ended(-9)


async def test_arguments_are_not_read_by_a_shell(tmp_path: Path) -> None:
    output = Output()
    odd = ["$(touch x)", "`touch x`", "; touch x", "a b", "", "-n", "'\"", "*", "\n"]
    await run(Command(("printf", "[%s]", *odd), str(tmp_path), ENVIRON), output.line)
    assert "".join(line for _, line in output.lines) == "".join(
        f"[{word}]" for word in odd
    ).replace("\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        Command(("no-such-program",), "/", ENVIRON),
        Command(("/no/such/program",), "/", ENVIRON),
        Command(("sh",), "/no/such/folder", ENVIRON),
        Command(("sh", "a\0b"), "/", ENVIRON),
    ],
)
async def test_what_cannot_be_started_is_said(command: Command) -> None:
    assert isinstance(await run(command, Output().line), NotStarted)


async def test_a_daemon_that_keeps_the_pipe_is_not_waited_for() -> None:
    output = Output()
    ended = await run(shell("sleep 1000 & echo $!"), output.line)
    assert ended == Ended(0)
    os.kill(int(output.lines[0][1]), 9)


async def test_cancelling_ends_the_whole_group(monkeypatch: pytest.MonkeyPatch) -> None:
    patience = tuple((number, 0.2) for number, _ in process.PATIENCE_S[:2])
    monkeypatch.setattr(process, "PATIENCE_S", (*patience, process.PATIENCE_S[2]))
    output = Output()
    script = "trap '' INT TERM; sleep 1000 & echo started; wait; wait; sleep 1000"
    task = asyncio.create_task(run(shell(script), output.line, output.started))
    await output.sees("started")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert output.group is not None
    assert not group_lives(output.group)


async def test_cancelling_twice_is_no_more_gentle() -> None:
    output = Output()
    script = "trap '' INT TERM; sleep 1000 & echo started; wait; wait; sleep 1000"
    task = asyncio.create_task(run(shell(script), output.line, output.started))
    await output.sees("started")
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(process.PATIENCE_S[0][1] / 2):
            await task
    assert output.group is not None
    assert not group_lives(output.group)


async def test_a_group_that_ends_by_itself_is_given_the_time() -> None:
    output = Output()
    script = "trap 'echo cleaned up; exit 0' INT; echo started; while :; do sleep 0.01; done"
    task = asyncio.create_task(run(shell(script), output.line, output.started))
    await output.sees("started")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert output.group is not None
    assert not group_lives(output.group)


async def test_a_detached_process_prints_into_files(tmp_path: Path) -> None:
    output = Output()
    ended = await run_detached(shell("echo a; echo b >&2; printf last"), tmp_path, output.line)
    assert ended == Ended(0)
    assert sorted(output.lines) == [("err", "b"), ("out", "a"), ("out", "last")]
    assert (tmp_path / "stdout").read_text() == "a\nlast"


async def test_output_that_cannot_be_kept_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = await run_detached(shell("touch ran"), tmp_path / "file", Output().line)
    assert isinstance(ended, NotStarted)
    assert not (tmp_path / "ran").exists()


async def test_a_detached_process_can_be_cancelled(tmp_path: Path) -> None:
    output = Output()
    task = asyncio.create_task(
        run_detached(shell("echo started; sleep 1000"), tmp_path, output.line, output.started)
    )
    await output.sees("started")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert output.group is not None
    assert not group_lives(output.group)


async def test_standard_input_is_empty() -> None:
    assert await run(shell("cat"), Output().line) == Ended(0)


def test_an_ended_process_that_nobody_fetched_does_not_live() -> None:
    ended = subprocess.Popen(["true"], start_new_session=True)
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    assert not group_lives(ended.pid)
    ended.wait()
