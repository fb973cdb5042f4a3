"""Deployments: one at a time for each flake, each with its progress, its log and its way out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from hmls.deploy.as_read import AsRead
from hmls.deploy.here import situation_here
from hmls.deploy.os_error import in_words
from hmls.deploy.outcome import Done, Failed, HandedOver, NotRun, Outcome
from hmls.deploy.repository import Facts
from hmls.deploy.session import deploy, interrupted
from hmls.deploy.situation import Options, Situation, options_for
from hmls.deploy.step import Plan, Preview, Step
from hmls.deploy.surroundings import Surroundings
from hmls.deploy.target import Refusal, Target, this_machine
from hmls.deploy.tools import Tools, environment
from hmls.server.editor_ui import CANCEL, EditorUi, field_of
from hmls.server.reported import name_of

if TYPE_CHECKING:
    from hmls.deploy.file_index import FileIndex
    from hmls.server.app import Server

log = logging.getLogger("hmls")
WITHOUT_THEM, SAVED, SAVE = "Go on without them", "They are saved", "Save them"

Make = Callable[[Situation], Plan | Refusal]
Answer = dict[str, str]
"""`outcome` and `message` of docs/protocol.md."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `make` gives the plan for a situation, or why there is none.

    `backup_extension` stands in for the setting of that name. `choose` asks the user before that,
    and gives the `make` of what was chosen, or None.
    """

    title: str
    root: str
    make: Make
    target: Target | None = None
    backup_extension: str | None = None
    asks_to_start: bool = True
    choose: Callable[[Situation, EditorUi], Awaitable[Make | None]] | None = None


@dataclass(slots=True)
class _Job:
    request: Request
    task: asyncio.Task[Outcome | Refusal]
    wants_end: bool = False
    plan: Plan | None = None
    index: FileIndex | None = None

    def cancel(self) -> None:
        self.wants_end = True
        self.task.cancel()


class Jobs:
    """The deployments that run, by flake root."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._running: dict[str, _Job] = {}
        self._commands: set[asyncio.Task[Any]] = set()

    async def run(self, request: Request) -> Answer:
        """Do what is asked for, to its end."""
        command = asyncio.current_task()
        assert command is not None
        self._commands.add(command)
        command.add_done_callback(self._commands.discard)
        return await self._run(request)

    async def _run(self, request: Request) -> Answer:
        if not self._server.session.trusted:
            return self._refused("This workspace is not trusted, so nothing of it is run.")
        key = os.path.realpath(request.root)
        running = self._running.get(key)
        if running is not None and running.wants_end:
            # Nix may take seconds for it: it looks up from an evaluation only now and then.
            return self._refused(
                f"“{running.request.title}” was cancelled in {request.root}, and has yet to end. "
                "Try again in a few seconds."
            )
        if running is not None:
            return self._refused(
                f"“{running.request.title}” is still running in {request.root}. "
                "Wait for it to end, or cancel it."
            )
        machine = this_machine()
        ui = EditorUi(self._server, request.title, request.root, machine.state_folder)
        ui.asks_to_start = request.asks_to_start
        job = _Job(request, asyncio.ensure_future(self._do(request, ui, lambda: job)))
        self._running[key] = job
        try:
            return await self._ended(job, ui)
        finally:
            del self._running[key]
            # What was built or fetched brought inputs into the store.
            self._server.catalog.changed()

    async def close(self) -> None:
        """The client goes: end what builds. What is being activated goes on to its end.

        Every command is answered before: pygls does not survive it where one is still open.
        """
        for job in self._running.values():
            job.task.cancel()
        await asyncio.gather(*self._commands, return_exceptions=True)

    async def tell_interrupted(self, root: str) -> None:
        """Say what a deployment that was broken off has left, if there was one."""
        machine = this_machine()
        situation = Situation(machine, Tools({}))
        left = await interrupted(root, Surroundings(situation, environment(machine)))
        if left is not None:
            kind = lsp.MessageType.Info
            if left.state in ("half-done", "still-running", "unknown"):
                kind = lsp.MessageType.Warning
            self._server.window_show_message(lsp.ShowMessageParams(kind, left.text))

    async def _ended(self, job: _Job, ui: EditorUi) -> Answer:
        await ui.begin(job.cancel)
        try:
            outcome = await asyncio.shield(job.task)
        except asyncio.CancelledError:
            if not job.task.done():  # The request was cancelled, and the deployment with it.
                job.cancel()
                await asyncio.wait({job.task})
            text = f"{job.request.title} was cancelled."
            await ui.end(text)
            return {"outcome": "cancelled", "message": text}
        except OSError as problem:
            log.exception("deploying")
            outcome = NotRun("not-writable", f"Nothing was run: {in_words(problem)}.")
        if isinstance(outcome, Refusal):
            await ui.end(outcome.reason)
            return self._refused(outcome.reason)
        await ui.end(outcome.text)
        self._after(job, outcome, ui)
        return self._answer(outcome, ui)

    async def _do(
        self, request: Request, ui: EditorUi, job: Callable[[], _Job]
    ) -> Outcome | Refusal:
        if not await self._saved(request, ui):
            return NotRun("declined", f"{request.title}: nothing was run.")
        options = self._options(request)
        situation = await situation_here(options, trusted=self._server.session.trusted)
        make: Make | None = request.make
        if request.choose is not None and situation.trusted:
            make = await request.choose(situation, ui)
        if make is None:
            return NotRun("declined", f"{request.title}: nothing was run.")
        plan = make(situation)
        if isinstance(plan, Refusal):
            return plan
        job().plan = plan
        ui.steps = sum(isinstance(step, Step) for step in plan.steps)
        facts = await self._facts(request, plan)
        job().index = facts.index
        around = Surroundings(
            situation,
            environment(situation.machine),
            facts.index,
            facts.settings,
            facts.untracked,
            facts.forced,
            lambda: job().wants_end,
        )
        self._server.reported.forget()
        return await deploy(plan, ui, around)

    def _options(self, request: Request) -> Options:
        target = request.target
        host = target.host if target is not None and not target.is_home else None
        options = options_for(self._server.session.settings.deploy, host)
        if request.backup_extension is not None:
            options = replace(options, backup_extension=request.backup_extension)
        return options

    async def _facts(self, request: Request, plan: Plan) -> Facts:
        from hmls.deploy.repository import facts_of, named, settings_of
        from hmls.server.engine import Priority

        root, target = request.root, request.target
        ask = self._server.session.ask
        # The files are read a few at a time, so that whoever hovers meanwhile does not wait.
        paths = await ask(lambda view: _paths(view, root), Priority.BACKGROUND)
        stale: list[str] = []
        for start in range(0, len(paths), 40):
            some = paths[start : start + 40]
            stale += await ask(partial(_read, root, some), Priority.BACKGROUND)
        self._changed(stale)

        saved = self._saved_texts(root)

        def work(view: Any) -> Facts:
            repository = view.repositories.get(root)
            if repository is None:
                from hmls.deploy.file_index import FileIndex

                return Facts(FileIndex({}))
            found = named(repository, name_of(target), target.user) if target else None
            return facts_of(repository, found, saved)

        def evaluate(view: Any) -> dict[str, str] | None:
            repository = view.repositories.get(root)
            found = named(repository, name_of(target), target.user) if target else None
            return None if found is None else settings_of(repository, found)

        facts = await ask(work, Priority.BACKGROUND)
        if target is None or not any(isinstance(step, Preview) for step in plan.steps):
            return facts
        if saved:
            return facts  # What is evaluated here is not what Nix reads.
        return replace(facts, settings=await ask(evaluate, Priority.BACKGROUND))

    def _changed(self, stale: list[str]) -> None:
        """Take in what was written behind our back: Nix reads that, and not every client tells."""
        workspace = self._server.session.workspace
        gone = [path for path in stale if not os.path.exists(path)]
        if gone:
            workspace.changed_on_disk(gone, listing=True)
        if stale:
            workspace.changed_on_disk(stale, listing=False)
        if workspace.check_git() or stale:
            self._server.problems.changed()

    async def _saved(self, request: Request, ui: EditorUi) -> bool:
        """Whether to go on: unsaved buffers are not built, and are offered to be saved first."""
        unsaved = self._unsaved(request.root)
        if not unsaved or not request.asks_to_start:
            return True
        can_save = self._server.abilities.save
        names = "\n".join(os.path.relpath(path, request.root) for path in unsaved)
        text = f"{request.title}: these files are not saved, and Nix reads what is saved.\n{names}"
        answers = [SAVE if can_save else SAVED, WITHOUT_THEM, CANCEL]
        answer = await ui.ask(text, answers, lsp.MessageType.Warning)
        if answer == SAVE:
            return await self._save(unsaved, ui)
        if answer == SAVED and (left := self._unsaved(request.root)):
            ui.note(f"Not saved: {', '.join(os.path.basename(path) for path in left)}.")
            return False
        return answer in (SAVED, WITHOUT_THEM)

    async def _save(self, paths: list[str], ui: EditorUi) -> bool:
        try:
            answer = await self._server.protocol.send_request_async("hmls/save", {"paths": paths})
        except JsonRpcException as error:
            ui.note(f"The editor did not save them: {error}")
            return False
        return field_of(answer, "saved") is True

    def _unsaved(self, root: str) -> list[str]:
        workspace = self._server.session.workspace
        found = []
        for path, buffer in workspace.snapshot.buffers.items():
            if workspace.snapshot.root_of(path) != root:
                continue
            try:
                workspace.disk.forget(path)
                # Neovim does not tell that a write added the line end that a file lacked.
                saved = _without_line_end(workspace.disk.read(path)) == _without_line_end(
                    buffer.text
                )
            except OSError:
                saved = False
            if not saved:
                found.append(path)
        return sorted(found)

    def _saved_texts(self, root: str) -> dict[str, bytes]:
        """What lies on disk of the files that are not saved."""
        disk, found = self._server.session.workspace.disk, {}
        for path in self._unsaved(root):
            with contextlib.suppress(OSError):
                found[path] = disk.read(path)
        return found

    def _after(self, job: _Job, outcome: Outcome, ui: EditorUi) -> None:
        """Show what was found, and look again at what a deployment changes on disk."""
        request = job.request
        files = {} if job.index is None else job.index.files
        read = AsRead({path: facts.text for path, facts in files.items()}, ui.step_began_s)
        target = name_of(request.target) if request.target is not None else None
        match outcome:
            case Failed(problems=problems) | Done(warnings=problems):
                edited = self._server.reported.show(problems, request.root, target, read)
            case _:
                edited = set()
        for path in sorted(edited):
            name = os.path.relpath(path, request.root)
            ui.note(f"{name} was edited meanwhile: run it again to see the line of its error.")
        workspace = self._server.session.workspace
        if request.root not in workspace.snapshot.roots:
            workspace.look_again()  # There was no flake before.
        lock = os.path.join(request.root, "flake.lock")
        workspace.changed_on_disk([lock], listing=False)
        workspace.check_git()
        self._server.problems.changed()
        if self._server.abilities.changed:
            self._server.protocol.notify("hmls/changed", {})

    def _answer(self, outcome: Outcome, ui: EditorUi) -> Answer:
        name: Literal["done", "failed", "not-run", "handed-over"]
        match outcome:
            case Done():
                name, kind = "done", lsp.MessageType.Info
            case Failed():
                name, kind = "failed", lsp.MessageType.Error
            case HandedOver():
                name, kind = "handed-over", lsp.MessageType.Info
            case NotRun(why="declined") if ui.ran:
                name, kind = "not-run", lsp.MessageType.Info
            case NotRun(why="declined"):
                return {"outcome": "not-run", "message": outcome.text}
            case NotRun():
                name, kind = "not-run", lsp.MessageType.Warning
        ui.tell(outcome.text, kind)
        return {"outcome": name, "message": outcome.text}

    def _refused(self, reason: str) -> Answer:
        self._server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, reason))
        return {"outcome": "not-run", "message": reason}


def _paths(view: Any, root: str) -> list[str]:
    repository = view.repositories.get(root)
    return [] if repository is None else list(repository.index.paths)


def _read(root: str, paths: list[str], view: Any) -> list[str]:
    """Have files read; those are returned that are not on disk any more as the index has them."""
    repository = view.repositories.get(root)
    if repository is None:
        return []
    saved = [path for path in paths if path not in view.snapshot.buffers]
    known = {path: repository.index[path].text for path in paths}
    return [path for path in saved if known[path] != repository.files.text(path)]


def _without_line_end(text: bytes) -> bytes:
    return text.removesuffix(b"\n").removesuffix(b"\r")
