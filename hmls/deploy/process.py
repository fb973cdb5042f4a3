"""Runs one process in a session of its own, and ends the whole of it when asked.

Nothing goes through a shell. Standard input is empty. A cancelled `run` first ends the process
group, then raises; it leaves no process behind.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from hmls.deploy.os_error import in_words
from hmls.deploy.tools import which

Stream = Literal["out", "err"]
STREAMS: tuple[Stream, ...] = ("out", "err")
OnLine = Callable[[Stream, str], None]
OnStart = Callable[[int], None]

CHUNK_BYTES = 4096
"""As much output as is read at a time: some 1 ms of work, so that others are served in between."""
BREATH_S = 0.003
"""How long is waited behind a full chunk: a program that floods us waits, nobody else does."""
PATIENCE_S = ((signal.SIGINT, 8.0), (signal.SIGTERM, 4.0), (signal.SIGKILL, 4.0))
"""Signals for a process group that should end, and how long each is given.

Nix ends its builders on the first, and removes what they left; a killed Nix cannot.
"""
TAIL_INTERVAL_S = 0.05
"""How often the output of a detached process, or a group that should end, is looked at."""
LAST_WORDS_S = 1.0
"""How long output is read after the end, when a daemon that the process left keeps the pipe."""


@dataclass(frozen=True, slots=True)
class Command:
    """A process to be. `argv[0]` is a name along PATH of `environ`, or an absolute path."""

    argv: tuple[str, ...]
    cwd: str
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that ran. The code is negative for the signal that ended it."""

    code: int


@dataclass(frozen=True, slots=True)
class NotStarted:
    """A process that could not be started, and why, in a sentence."""

    reason: str


async def run(
    command: Command, on_line: OnLine, on_start: OnStart | None = None
) -> Ended | NotStarted:
    """Run a command and hand over what it prints, line by line, as it comes.

    `on_start` gets the process id, which is also that of its session and group. Lines come without
    their end; bytes that are not UTF-8 come as replacement characters.
    """
    pipes = {stream: os.pipe() for stream in STREAMS}
    started = await _start(command, pipes["out"][1], pipes["err"][1])
    for _, write_end in pipes.values():
        os.close(write_end)
    if isinstance(started, NotStarted):
        for read_end, _ in pipes.values():
            os.close(read_end)
        return started
    if on_start is not None:
        on_start(started.pid)
    readers = asyncio.gather(
        *(_read(read_end, stream, on_line) for stream, (read_end, _) in pipes.items())
    )
    # Nobody waits for readers that are cancelled; asyncio wants their end to be looked at.
    readers.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        code = await started.wait()
        await asyncio.wait({readers}, timeout=LAST_WORDS_S)
        return Ended(code)
    except asyncio.CancelledError:
        try:
            await end_group(started.pid)
        finally:
            await started.wait()
        raise
    finally:
        readers.cancel()


async def run_detached(
    command: Command,
    folder: Path,
    on_line: OnLine,
    on_start: OnStart | None = None,
    wants_end: Callable[[], bool] = lambda: True,
) -> Ended | NotStarted:
    """Run a command that must outlive us: it prints into files in `folder`, which are read here.

    With a pipe an activation would be ended half-way, by its next `echo`, if we died. So it goes on
    to its end, and the files tell what it said. Cancelled without `wants_end` it is waited for.
    """
    paths: dict[Stream, Path] = {"out": folder / "stdout", "err": folder / "stderr"}
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with paths["out"].open("wb") as out, paths["err"].open("wb") as err:
            started = await _start(command, out.fileno(), err.fileno())
    except OSError as problem:
        return NotStarted(f"What it prints could not be kept: {in_words(problem)}.")
    if isinstance(started, NotStarted):
        return started
    if on_start is not None:
        on_start(started.pid)
    waiter = asyncio.ensure_future(started.wait())
    with paths["out"].open("rb") as out, paths["err"].open("rb") as err:
        tails = (
            (out, _Lines(lambda line: on_line("out", line))),
            (err, _Lines(lambda line: on_line("err", line))),
        )
        try:
            while not waiter.done():
                await asyncio.wait({waiter}, timeout=TAIL_INTERVAL_S)
                for file, lines in tails:
                    await _read_rest(file, lines)
        except asyncio.CancelledError:
            try:
                if wants_end():
                    await end_group(started.pid)
            finally:
                await waiter
            raise
    for _, lines in tails:
        lines.finish()
    return Ended(await waiter)


async def run_attached(command: Command) -> Ended | NotStarted:
    """Run a command with our own terminal as its own, so that it can ask for a password."""
    name = command.argv[0]
    program = name if os.path.isabs(name) else which(name, command.environ.get("PATH", ""))
    if program is None:
        return NotStarted(f"There is no `{name}` on the PATH any more.")
    try:
        started = await asyncio.create_subprocess_exec(
            name,
            *command.argv[1:],
            executable=program,
            cwd=command.cwd,
            env=dict(command.environ),
        )
    except (OSError, ValueError) as problem:
        return NotStarted(f"`{name}` could not be started: {in_words(problem)}.")
    return Ended(await started.wait())


async def end_group(group: int) -> bool:
    """End every process of a group, gently at first. False if some of it may not be ended by us.

    A program that `sudo` started belongs to root: it is waited for, not ended. Cancelled, as by a
    user who asks again, it is no more gentle.
    """
    for number, patience_s in PATIENCE_S:
        try:
            os.killpg(group, number)
            if await _gone(group, patience_s):
                return True
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        except asyncio.CancelledError:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
            await _gone(group, patience_s)
            raise
    return False


def group_lives(group: int) -> bool:
    """Whether a process of the group still runs; one that ended and was not fetched does not."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _all_ended(group)


async def _start(command: Command, out: int, err: int) -> asyncio.subprocess.Process | NotStarted:
    name = command.argv[0]
    program = name if os.path.isabs(name) else which(name, command.environ.get("PATH", ""))
    if program is None:
        return NotStarted(f"There is no `{name}` on the PATH any more.")
    try:
        return await asyncio.create_subprocess_exec(
            name,
            *command.argv[1:],
            executable=program,
            cwd=command.cwd,
            env=dict(command.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    except (OSError, ValueError) as problem:
        return NotStarted(f"`{name}` could not be started: {in_words(problem)}.")


async def _read(read_end: int, stream: Stream, on_line: OnLine) -> None:
    """Read a pipe to its end. It is our own: asyncio's would make `wait` wait for daemons too."""
    lines = _Lines(lambda line: on_line(stream, line))
    reader = asyncio.StreamReader(limit=CHUNK_BYTES)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", 0)
    )
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            lines.add(chunk)
            await asyncio.sleep(BREATH_S if len(chunk) == CHUNK_BYTES else 0)
        lines.finish()
    finally:
        transport.close()


async def _read_rest(file: BinaryIO, lines: _Lines) -> None:
    """Read what was added to a file since the last time."""
    while chunk := file.read(CHUNK_BYTES):
        lines.add(chunk)
        await asyncio.sleep(BREATH_S if len(chunk) == CHUNK_BYTES else 0)


class _Lines:
    """Cuts chunks of bytes into lines. Of a line that was overwritten its last state counts."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._begun: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            self._begun.append(line)
            self._emit()
        if rest:
            self._begun.append(rest)

    def finish(self) -> None:
        if self._begun:
            self._emit()

    def _emit(self) -> None:
        line = b"".join(self._begun).rstrip(b"\r").rpartition(b"\r")[2]
        self._begun.clear()
        self._on_line(line.decode("utf-8", "replace"))


async def _gone(group: int, patience_s: float) -> bool:
    deadline = asyncio.get_running_loop().time() + patience_s
    while group_lives(group):
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(TAIL_INTERVAL_S)
    return True


def _all_ended(group: int) -> bool:
    """Whether all that is left of a group are entries of ended processes, as Linux tells.

    A container's first process may never fetch them; they hold nothing and cannot be ended again.
    """
    try:
        entries = [entry for entry in os.listdir("/proc") if entry.isdigit()]
    except OSError:
        return False
    states = [state for entry in entries if (state := _state_in_group(entry, group))]
    return all(state in "ZX" for state in states)


def _state_in_group(entry: str, group: int) -> str | None:
    try:
        stat = Path("/proc", entry, "stat").read_text(errors="replace")
    except OSError:
        return None
    state, _, process_group = stat.rpartition(")")[2].split()[:3]
    return state if int(process_group) == group else None
