"""A deployment in the terminal: what is asked, what goes on, and how it ended."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from hmls.deploy.error_text import strip_escapes
from hmls.deploy.history import Entry
from hmls.deploy.log import LogLine
from hmls.deploy.outcome import Done, Failed, HandedOver, NotRun, Outcome
from hmls.deploy.preview import Document, markdown
from hmls.deploy.problem import AllowPackage, BackUpFiles, ForceFile, Problem, TrackFile
from hmls.deploy.process import Command, NotStarted, run_attached
from hmls.deploy.progress import Report
from hmls.deploy.ui import Exited, NoTerminal, Question, Terminal

LAST_WORDS = 12
WIDE = 120
"""Columns in which the store paths of generations have their place."""
WHOLE_LINES = 1_000
"""Columns for who is no terminal: lines for programs are not broken."""
_STYLES = {"error": "red", "warning": "yellow", "news": "", "build": "dim"}


class TerminalUi:
    """`hmls.deploy.ui.Ui` on standard error; with `yes` every question is answered so.

    Documents go to standard output, unless `data` is to be there.
    """

    def __init__(self, environ: Mapping[str, str], *, yes: bool, data: bool = False) -> None:
        self.console = Console(stderr=True, highlight=False, emoji=False)
        self._data = data
        self._environ = environ
        self._yes = yes
        self._live: Live | None = None

    async def confirm(self, question: Question) -> bool:
        self.pause()
        self.console.print(f"\n[bold]{escape(question.title)}[/bold]")
        for command in question.commands:
            self.console.print(Text(f"  $ {command}", style="cyan"), soft_wrap=True)
        for note in question.notes:
            self.console.print(Text(f"  {note}", style="yellow"), soft_wrap=True)
        if self._yes:
            return True
        if not sys.stdin.isatty():
            self.console.print("Nobody is here to say yes: give --yes to run it.")
            return False
        self.console.print("Run it? [y/N] ", markup=False, end="")
        return (await _typed_line()).strip().lower() in ("y", "yes")

    async def show(self, document: Document) -> None:
        self.pause()
        if self._data:
            return
        text = markdown(document)
        if sys.stdout.isatty():
            Console(highlight=False, emoji=False).print(Markdown(text))
        else:
            sys.stdout.write(text)
            sys.stdout.flush()

    async def open_terminal(
        self, _command: str, cwd: str, argvs: Sequence[tuple[str, ...]]
    ) -> Terminal:
        """This is a terminal: the programs get it, and may ask for a password."""
        if not sys.stdin.isatty():
            return NoTerminal()
        self.pause()
        for argv in argvs:
            ended = await run_attached(Command(argv, cwd, self._environ))
            if isinstance(ended, NotStarted):
                self.note(ended.reason)
                return Exited(127)
            if ended.code != 0:
                return Exited(ended.code)
        return Exited(0)

    def progress(self, title: str, report: Report) -> None:
        if not self.console.is_terminal:
            return
        if self._live is None:
            self._live = Live(console=self.console, transient=True, refresh_per_second=10)
            self._live.start()
        row = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=100, completed=report.percentage or 0, width=24)
        row.add_row(
            Spinner("dots"),
            Text(title, style="bold"),
            bar,
            Text(report.text, no_wrap=True, overflow="ellipsis"),
        )
        self._live.update(Group(row))

    def log(self, line: LogLine) -> None:
        prefix = f"{line.derivation}> " if line.derivation else ""
        text = Text.from_ansi(f"{prefix}{line.text}")
        if not text.spans:
            text.stylize(_STYLES[line.level])
        self.console.print(text, soft_wrap=True)

    def note(self, text: str) -> None:
        self.console.print(Text(text, style="yellow"), soft_wrap=True)

    def pause(self) -> None:
        """Take the progress away, so that others can write."""
        if self._live is not None:
            self._live.stop()
            self._live = None


async def _typed_line() -> str:
    """A line from the terminal; waiting for it can be cancelled, as a thread's reading cannot."""
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        if not answered.done():
            answered.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin, read)
    try:
        return await answered
    finally:
        loop.remove_reader(sys.stdin)


def print_outcome(outcome: Outcome, root: str, console: Console) -> int:
    """How it ended, with the problems on the user's lines; the exit status."""
    match outcome:
        case Done(warnings=problems) | Failed(problems=problems):
            for problem in problems:
                print_problem(problem, root, console)
        case _:
            pass
    match outcome:
        case Done() | HandedOver():
            console.print(Text(outcome.text, style="green"), soft_wrap=True)
            return 0
        case Failed():
            console.print(Text(outcome.text, style="red"), soft_wrap=True)
            return 1
        case NotRun():
            console.print(Text(outcome.text, style="yellow"), soft_wrap=True)
            return 1


def print_problem(problem: Problem, root: str, console: Console) -> None:
    """`homes/alice/default.nix:3:5: error: …`, the line itself, and a mark below the place."""
    style = "red" if problem.severity == "error" else "yellow"
    where = ""
    if problem.place is not None:
        name = os.path.relpath(problem.place.file, root)
        where = f"{name}:{problem.place.line}:{problem.place.column}: "
    console.print(
        Text.assemble((where, "bold"), (f"{problem.severity}: ", style), problem.message),
        soft_wrap=True,
    )
    if problem.place is not None:
        _print_line(problem.place.file, problem.place.line, problem.place.column, console)
    if problem.kind == "build-failed":
        said = set(problem.message.splitlines())
        details = [line for line in problem.details.splitlines() if line not in said]
        for line in details[-LAST_WORDS:]:
            console.print(Text(f"    {strip_escapes(line)}", style="dim"), soft_wrap=True)
    for hint in _hints(problem, root):
        console.print(Text(f"    {hint}", style="green"), soft_wrap=True)
    for place, text in problem.related:
        name = os.path.relpath(place.file, root)
        console.print(Text(f"    {text}: {name}:{place.line}:{place.column}", style="dim"))


def _hints(problem: Problem, root: str) -> Iterator[str]:
    """What would mend it, where the message does not say so itself."""
    for remedy in problem.remedies:
        match remedy:
            case TrackFile(path):
                yield f"Show it to Git: git add -N {shlex.quote(os.path.relpath(path, root))}"
            case BackUpFiles():
                yield "Have it moved aside: switch again with -b backup"
            case ForceFile():
                yield "Have it replaced: force = true on it"
            case AllowPackage(setting, package):
                yield f"Allow {package}: nixpkgs.config.{setting}"
            case _:
                pass


def _print_line(file: str, line: int, column: int, console: Console) -> None:
    try:
        lines = Path(file).read_bytes().split(b"\n")
    except OSError:
        return
    if line > len(lines):
        return
    text = lines[line - 1]
    before = text[: column - 1].decode("utf-8", "replace").expandtabs(2)
    shown = text.decode("utf-8", "replace").expandtabs(2)
    number = f"{line:>5} │ "
    console.print(Text(f"{number}{shown}"), soft_wrap=True)
    console.print(Text(f"{' ' * (len(number) + len(before))}^", style="red"), soft_wrap=True)


def print_history(entries: Sequence[Entry], console: Console) -> None:
    if not console.is_terminal:
        console.width = WHOLE_LINES
    table = Table(box=None, header_style="dim")
    columns = ("id", "date", "", "changed", "path")[: 5 if console.width >= WIDE else 4]
    for column in columns:
        table.add_column(column, overflow="fold")
    for entry in entries:
        generation = entry.generation
        row = (
            str(generation.number),
            f"{generation.created:%Y-%m-%d %H:%M}",
            "[green]current[/green]" if generation.current else "",
            escape(entry.changes or ""),
            f"[dim]{escape(generation.path)}[/dim]",
        )
        table.add_row(*row[: len(columns)])
    console.print(table)
