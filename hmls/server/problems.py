"""Publishing of problems: the file at hand at once, the other open ones next, the rest later."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import Converter, lines_of, uri_of_path
from hmls.server.session import ContentModified

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hmls.homes.targets import Target
    from hmls.homes.workspace import View
    from hmls.ide.diagnostics import Diagnostic
    from hmls.ide.layer_map import Problem
    from hmls.server.app import Server
    from hmls.server.engine import Priority

    _Look = Callable[[View, str], list[Diagnostic]]
    _Found = tuple[lsp.Diagnostic, tuple[str, ...]]
    """With the names of the targets it was found on, if it is not so on all."""

log = logging.getLogger("hmls")
_PAUSE_S = 0.15
"""How long typing must rest before problems are looked for."""
_SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "information": lsp.DiagnosticSeverity.Information,
    "hint": lsp.DiagnosticSeverity.Hint,
}
_PAGES = "https://github.com/hmls/hmls/blob/main/docs/diagnostics"
_TAGS: dict[str, tuple[int, ...]] = {}
"""Code → LSP tags, where an editor should show the range faded or struck through."""


class Problems:
    """What was published, and the task that brings it up to date."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._found: dict[str, list[_Found]] = {}
        self._reported: dict[str, list[lsp.Diagnostic]] = {}
        """What a deployment found; it goes when the file changes."""
        self._published: dict[str, tuple[list[lsp.Diagnostic], int | None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._recent: list[str] = []

    def changed(self, path: str | None = None) -> None:
        """The workspace changed, in this file or elsewhere: look again soon."""
        self._server.news.changed()
        if not self._server.session.settings.features.diagnostics:
            self._clear()
            return
        if path is not None:
            self._reported.pop(path, None)
            self._recent = [path, *(p for p in self._recent if p != path)]
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.ensure_future(self._refresh())

    def report(self, path: str, problems: Sequence[lsp.Diagnostic]) -> None:
        """Show problems that a deployment found, until the file changes or the next one."""
        self._reported[path] = list(problems)
        self._publish(path)

    def reported(self, path: str) -> Sequence[lsp.Diagnostic]:
        """What a deployment found in a file, as long as it holds."""
        return self._reported.get(path, ())

    def forget_reported(self) -> None:
        """A new deployment begins."""
        paths = list(self._reported)
        self._reported.clear()
        for path in paths:
            self._publish(path)

    @property
    def settled(self) -> bool:
        """Whether every file was looked at since the last change."""
        return self._task is not None and self._task.done() and not self._task.cancelled()

    def standing(self) -> dict[str, list[Problem]]:
        """The errors and warnings of each file, as published."""
        from hmls.ide.layer_map import Problem

        return {
            path: [
                Problem(problem.severity == lsp.DiagnosticSeverity.Error, targets)
                for problem, targets in self._of(path)
                if problem.severity
                in (lsp.DiagnosticSeverity.Error, lsp.DiagnosticSeverity.Warning)
            ]
            for path in {**self._found, **self._reported}
        }

    def _of(self, path: str) -> list[_Found]:
        reported: list[_Found] = [(problem, ()) for problem in self._reported.get(path, ())]
        return [*self._found.get(path, ()), *reported]

    async def _refresh(self) -> None:
        await asyncio.sleep(_PAUSE_S)
        from hmls.server.engine import Priority

        session = self._server.session
        try:
            open_paths = list(session.workspace.snapshot.buffers)
            recent = [path for path in self._recent if path in open_paths]
            ordered = list(dict.fromkeys([*recent, *open_paths]))
            for path in ordered:
                if path not in self._found:
                    await self._look_at(path, Priority.FILE, _of_text)
            for path in ordered:
                await self._look_at(path, Priority.FILE, _of_file)
            self._recent.clear()
            await self._settle(recent[:1])
            for path in ordered:
                await self._look_at(path, Priority.BACKGROUND, _of_file)
            paths = await session.ask(_all_paths, Priority.BACKGROUND)
            for path in dict.fromkeys([*paths, *self._published]):
                if path not in open_paths:
                    await self._look_at(path, Priority.BACKGROUND, _of_file)
        except ContentModified:
            return
        except Exception:
            # A task that nobody awaits: a defect of ours is logged, and the next edit looks again.
            log.exception("looking for problems")

    async def _settle(self, paths: list[str]) -> None:
        """Examine each target in a job of its own, those that a file belongs to first."""
        from hmls.server.engine import Priority

        ask = self._server.session.ask
        for root, key in await ask(lambda view: _targets(view, paths), Priority.BACKGROUND):
            await ask(partial(_settle_target, root=root, key=key), Priority.BACKGROUND)

    async def _look_at(self, path: str, priority: Priority, look: _Look) -> None:
        from hmls.ide.diagnostics.registry import LANGUAGE_CODES

        converter, features = self._server.session.converter, self._server.session.settings.features

        def work(view: View) -> list[_Found]:
            return [
                (_diagnostic(converter, view, found), found.targets)
                for found in look(view, path)
                if features.language or found.code not in LANGUAGE_CODES
            ]

        self._found[path] = await self._server.session.ask(work, priority)
        self._publish(path)

    def _clear(self) -> None:
        """Take back what was published: the user does not want to see problems."""
        if self._task is not None:
            self._task.cancel()
        self._found.clear()
        for path in list(self._published):
            self._publish(path)

    def _publish(self, path: str) -> None:
        problems = [problem for problem, _ in self._of(path)]
        buffer = self._server.session.workspace.snapshot.buffers.get(path)
        version = None if buffer is None else buffer.version
        if (problems, version) == self._published.get(path, ([], None)):
            return
        self._published[path] = problems, version
        self._server.news.changed()
        self._server.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri_of_path(path), problems, version)
        )


def _of_text(view: View, path: str) -> list[Diagnostic]:
    from hmls.ide.diagnostics import diagnose_text

    return diagnose_text(view, path)


def _of_file(view: View, path: str) -> list[Diagnostic]:
    from hmls.ide.diagnostics import diagnose_file

    return diagnose_file(view, path)


def _targets(view: View, paths: list[str]) -> list[tuple[str, str]]:
    """(root, key) of all targets, those that any of the files belongs to first."""
    from hmls.lang.errors import GaveUp

    def is_of_others(target: Target) -> bool:
        folders = [f"{layer.folder}/" for layer in target.layers]
        return not any(path.startswith(folder) for folder in folders for path in paths)

    try:
        found = [(r.root, target) for r in view.repositories.values() for target in r.targets.items]
    except GaveUp:
        return []  # The flake takes too long to say what its targets are.
    found.sort(key=lambda each: is_of_others(each[1]))
    return [(root, target.key) for root, target in found]


def _settle_target(view: View, root: str, key: str) -> None:
    from hmls.ide.diagnostics import settle

    repository = view.repositories.get(root)
    targets = () if repository is None else repository.targets.items
    for target in targets:
        if target.key == key and repository is not None:
            settle(repository, target)


def _all_paths(view: View) -> list[str]:
    from hmls.ide.diagnostics import paths_of

    return [path for repository in view.repositories.values() for path in paths_of(repository)]


def _diagnostic(converter: Converter, view: View, found: Diagnostic) -> lsp.Diagnostic:
    lines = lines_of(view, found.path)
    return lsp.Diagnostic(
        converter.range(lines, found.start, found.end),
        found.message,
        severity=_SEVERITIES[found.level],
        code=found.code.name,
        code_description=lsp.CodeDescription(f"{_PAGES}/{found.code.name}.md"),
        source="hmls",
        tags=[lsp.DiagnosticTag(tag) for tag in _TAGS.get(found.code.name, ())] or None,
        related_information=[
            lsp.DiagnosticRelatedInformation(converter.location(view, place), text)
            for place, text in found.related
        ]
        or None,
    )
