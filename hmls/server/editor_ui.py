"""A deployment as an editor's user sees it: questions, progress, the log, documents."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import time
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from hmls.deploy.log import LogLine
from hmls.deploy.preview import Document, markdown
from hmls.deploy.ui import Exited, NoTerminal, Opened, Question, Terminal
from hmls.server.job_log import JobLog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hmls.deploy.progress import Report
    from hmls.server.app import Server

log = logging.getLogger("hmls")
CANCEL = "Cancel"
ELSE = "The same is done in a terminal by `hmls`, as `hmls switch alice`."
_tokens = itertools.count(1)


class EditorUi:
    """One deployment's side of the editor. `hmls.deploy.ui.Ui`."""

    def __init__(self, server: Server, title: str, root: str, state_folder: str) -> None:
        self._server = server
        self._title = title
        self._previews = os.path.join(state_folder, "previews")
        self._log = JobLog(server, root)
        self._token: lsp.ProgressToken = f"hmls-deploy-{os.getpid()}-{next(_tokens)}"
        self._shows_progress = False
        self._percentage = 0
        self._step = ""
        self._steps_begun = 0
        self.step_began_s = time.time()
        self.steps = 1
        """How many processes the plan has, for the numbers of its progress."""
        self.asks_to_start = True
        """False for what a click on an exact command has already said yes to."""

    @property
    def ran(self) -> bool:
        """Whether any process was begun."""
        return self._steps_begun > 0

    async def begin(self, cancel: Callable[[], None]) -> None:
        """Show that something is going on, with a button that cancels it.

        Under the token of the client's if it gave one, else under one of ours that it agrees to.
        """
        progress, token = self._server.work_done_progress, self._server.protocol.work_done_token
        if token is not None and token not in progress.tokens:
            self._token = token
        elif not self._server.abilities.progress:
            return
        else:
            try:
                await progress.create_async(self._token)
            except JsonRpcException as error:
                log.warning("the client shows no progress: %s", error)
                return
        self._shows_progress = True
        begin = lsp.WorkDoneProgressBegin(self._title, cancellable=True, percentage=0)
        progress.begin(self._token, begin)
        loop = asyncio.get_running_loop()
        progress.tokens[self._token].add_done_callback(lambda _: loop.call_soon_threadsafe(cancel))

    async def end(self, text: str) -> None:
        """Send what is left of the log, and end the progress."""
        await self._log.flush()
        if self._shows_progress:
            progress = self._server.work_done_progress
            progress.end(self._token, lsp.WorkDoneProgressEnd(message=text))
            progress.tokens.pop(self._token, None)

    async def confirm(self, question: Question) -> bool:
        if question.kind == "start" and not self.asks_to_start:
            return True
        verb = "Roll back" if self._title.startswith("Roll back") else self._title.split(" ", 1)[0]
        label = verb if question.kind == "activate" else "Run"
        parts = [question.title, "\n".join(question.commands), *question.notes]
        kind = lsp.MessageType.Warning if question.notes else lsp.MessageType.Info
        return await self.ask("\n\n".join(parts), [label, CANCEL], kind) == label

    async def ask(self, text: str, answers: list[str], kind: lsp.MessageType) -> str | None:
        """Which of the answers the user chose; None if the dialogue was closed.

        Cancelled, the client is told so. It may be unable to close a dialogue, and whoever answers
        that one is told that it came too late.
        """
        items = [lsp.MessageActionItem(answer) for answer in answers]
        params = lsp.ShowMessageRequestParams(kind, text, items)
        protocol, request = self._server.protocol, f"{self._token}-{next(_tokens)}"
        asked = protocol.send_request_async(lsp.WINDOW_SHOW_MESSAGE_REQUEST, params, request)
        try:
            chosen = await asyncio.shield(asked)
        except asyncio.CancelledError:
            protocol.notify(lsp.CANCEL_REQUEST, lsp.CancelParams(request))
            asked.add_done_callback(self._answered_late)
            raise
        except JsonRpcException as error:
            log.warning("the client asked nothing: %s", error)
            self.note(f"{self._title}: the editor cannot ask, and nothing is run unasked. {ELSE}")
            return None
        return None if chosen is None else chosen.title

    def _answered_late(self, asked: asyncio.Future[lsp.MessageActionItem | None]) -> None:
        if asked.cancelled() or asked.exception() is not None:
            return
        chosen = asked.result()
        if chosen is not None and chosen.title != CANCEL:
            said = f"{self._title} was cancelled before “{chosen.title}” was chosen"
            self.tell(f"{said}: nothing is run.", lsp.MessageType.Warning)

    async def show(self, document: Document) -> None:
        uri = self._server.virtual.add_preview(document)
        abilities = self._server.abilities
        try:
            if not abilities.documents:
                for line in markdown(document).splitlines():
                    self.log(LogLine(line, "news"))
                if not abilities.show_document:
                    return
                uri = self._server.virtual.write_preview(uri, self._previews)
            params = lsp.ShowDocumentParams(uri, take_focus=False)
            await self._server.window_show_document_async(params)
        except (JsonRpcException, OSError) as error:
            log.warning("the preview could not be shown: %s", error)

    async def open_terminal(
        self, command: str, cwd: str, _argvs: Sequence[tuple[str, ...]]
    ) -> Terminal:
        if not self._server.abilities.terminal:
            return NoTerminal()
        params = {"command": command, "cwd": cwd, "title": self._title}
        try:
            answer = await self._server.protocol.send_request_async("hmls/terminal", params)
        except JsonRpcException as error:
            self.note(f"The editor opened no terminal: {error}")
            return NoTerminal()
        code = field_of(answer, "exitCode")
        if isinstance(code, int):
            return Exited(code)
        return Opened() if field_of(answer, "opened") is True else NoTerminal()

    def progress(self, title: str, report: Report) -> None:
        if title != self._step:
            self._step = title
            self._steps_begun += 1
            self.step_began_s = time.time()
        if not self._shows_progress:
            return
        done = self._steps_begun - 1 + (report.percentage or 0) / 100
        step = "" if title == self._title else f"{title}: "
        # It never goes back: what Nix expects grows while it works.
        self._percentage = max(self._percentage, min(99, int(100 * done / max(self.steps, 1))))
        self._server.work_done_progress.report(
            self._token,
            lsp.WorkDoneProgressReport(
                cancellable=True, message=step + report.text, percentage=self._percentage
            ),
        )

    def log(self, line: LogLine) -> None:
        self._log.add(line)

    def note(self, text: str) -> None:
        self.log(LogLine(text, "news"))
        self.tell(text, lsp.MessageType.Info)

    def tell(self, text: str, kind: lsp.MessageType) -> None:
        """A message that the user sees at once."""
        self._server.window_show_message(lsp.ShowMessageParams(kind, text))


def field_of(answer: object, name: str) -> object:
    """A field of what a client answered: a mapping, or an object made of one."""
    if isinstance(answer, dict):
        return answer.get(name)
    return getattr(answer, name, None)
