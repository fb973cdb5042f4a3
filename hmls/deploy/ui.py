"""What a deployment asks of whoever shows it: the language server or the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from hmls.deploy.log import LogLine
from hmls.deploy.preview import Document
from hmls.deploy.progress import Report


@dataclass(frozen=True, slots=True)
class Question:
    """Asked before anything runs, and again before anything is activated.

    `commands` are exactly those that a yes will run, in order; `notes` are sentences to weigh:
    untracked files, files in the way, what would change.
    """

    kind: Literal["start", "activate"]
    title: str
    commands: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoTerminal:
    """The client cannot open a terminal."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A terminal was opened with the command; how it ends is the user's to see."""


@dataclass(frozen=True, slots=True)
class Exited:
    """The command ran in a terminal and ended with this code."""

    code: int


Terminal = NoTerminal | Opened | Exited


class Ui(Protocol):
    """The other side of a deployment. No method may raise."""

    async def confirm(self, question: Question, /) -> bool:
        """Show the question with its commands; False is no, and so is a closed dialogue."""

    async def show(self, document: Document, /) -> None:
        """Show a preview."""

    async def open_terminal(
        self, command: str, cwd: str, argvs: Sequence[tuple[str, ...]], /
    ) -> Terminal:
        """Run a command where a password can be typed.

        `command` is one line for a shell of the user's; `argvs` is the same as lists of arguments,
        to be run one after the other as long as they go well.
        """

    def progress(self, title: str, report: Report, /) -> None:
        """The running step and where it stands; called at most some ten times a second."""

    def log(self, line: LogLine, /) -> None:
        """A line of the log, with its colours."""

    def note(self, text: str, /) -> None:
        """A sentence that the user should see, whatever becomes of the deployment."""
