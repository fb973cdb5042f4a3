"""Runs one step of a plan: the process, its log, its progress."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hmls.deploy.log import Log, LogLine
from hmls.deploy.nix_json import parse_event
from hmls.deploy.process import Command, Ended, NotStarted, Stream, run, run_detached
from hmls.deploy.progress import Meter
from hmls.deploy.step import Step, arguments, display
from hmls.deploy.ui import Ui

OUTLIVES_US = ("profile", "home", "system")
"""What a step changes that must not be broken off by our own end."""
REPORT_INTERVAL_S = 0.1
KEPT_STDOUT_LINES = 1000


@dataclass(frozen=True, slots=True)
class Ran:
    """A step that is over. The code is None if it was not started; `reason` says why then."""

    code: int | None
    reason: str
    log: Log
    stdout: tuple[str, ...]

    @property
    def went_well(self) -> bool:
        """Whether it ended with code 0."""
        return self.code == 0


async def run_step(
    step: Step,
    title: str,
    environ: Mapping[str, str],
    ui: Ui,
    output: Path,
    on_start: Callable[[int], None],
    wants_end: Callable[[], bool] = lambda: True,
) -> Ran:
    """Run a resolved step to its end, telling `ui` under a title as it goes.

    `output` is the folder for what an activation prints. Cancelling ends the process group; that of
    an activation only if `wants_end` says so.
    """
    ui.log(LogLine(f"$ {display(step)}", "news"))
    reader = _Reader(title, ui)
    command = Command(arguments(step), step.cwd, {**environ, **dict(step.env)})
    ui.progress(title, reader.meter.report)
    try:
        if step.changes in OUTLIVES_US:
            ended = await run_detached(command, output, reader.read, on_start, wants_end)
        else:
            ended = await run(command, reader.read, on_start)
    finally:
        reader.end()
    match ended:
        case Ended(code):
            return Ran(code, "", reader.log, tuple(reader.stdout))
        case NotStarted(reason):
            return Ran(None, reason, reader.log, ())


@dataclass(slots=True)
class _Reader:
    """Hands every line to the log and the meter, and tells the user."""

    title: str
    ui: Ui
    log: Log = field(default_factory=Log)
    meter: Meter = field(default_factory=Meter)
    stdout: list[str] = field(default_factory=list)
    _reported_s: float = 0.0
    _next_report: asyncio.TimerHandle | None = None

    def read(self, stream: Stream, line: str) -> None:
        event = parse_event(line)
        if event is None and stream == "out" and len(self.stdout) < KEPT_STDOUT_LINES:
            self.stdout.append(line)
        shown = self.log.read(line, event)
        if shown is not None:
            self.ui.log(shown)
        if event is not None:
            self.meter.add(event)
        elif line.startswith("Activating "):
            self.meter.activating(line)
        else:
            return
        # The last of a burst counts too: a builder may be silent for an hour after it.
        if self._next_report is None:
            loop = asyncio.get_running_loop()
            due_s = max(loop.time(), self._reported_s + REPORT_INTERVAL_S)
            self._next_report = loop.call_at(due_s, self._report)

    def _report(self) -> None:
        self._next_report = None
        self._reported_s = asyncio.get_running_loop().time()
        self.ui.progress(self.title, self.meter.report)

    def end(self) -> None:
        """Tell how it ended, and nothing after that."""
        if self._next_report is not None:
            self._next_report.cancel()
        self._report()


def result_path(stdout: tuple[str, ...]) -> str | None:
    """The store path that a build printed: on its last line, or as JSON by old versions."""
    for line in reversed(stdout):
        if line.startswith("/"):
            return line.strip()
    try:
        return _first_output(json.loads("\n".join(stdout)))
    except ValueError:
        return None


def _first_output(built: object) -> str | None:
    match built:
        case [{"outputs": {"out": str(path)}}, *_]:
            return path
        case _:
            return None
