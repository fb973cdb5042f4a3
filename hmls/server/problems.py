"""Publishing of problems: the file at hand at once, the other open ones next, the rest later."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import Converter, lines_of, uri_of_path
from hmls.server.session import ContentModified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hmls.homes.workspace import View
    from hmls.ide.diagnostics import Diagnostic
    from hmls.server.app import Server
    from hmls.server.engine import Priority

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
        self._found: dict[str, list[lsp.Diagnostic]] = {}
        self._reported: dict[str, list[lsp.Diagnostic]] = {}
        """What a deployment found; it goes when the file changes."""
        self._published: dict[str, tuple[list[lsp.Diagnostic], int | None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._recent: list[str] = []

    def changed(self, path: str | None = None) -> None:
        """The workspace changed, in this file or elsewhere: look again soon."""
        self._server.news.changed()
        if not self._server.session.settings.features.diagnostics:
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

    def counts(self, path: str) -> tuple[int, int]:
        """(errors, warnings) that were published for a file."""
        found, _ = self._published.get(path, ([], None))
        errors = sum(d.severity == lsp.DiagnosticSeverity.Error for d in found)
        return errors, sum(d.severity == lsp.DiagnosticSeverity.Warning for d in found)

    def all_counts(self) -> dict[str, tuple[int, int]]:
        """(errors, warnings) of each file that has any, as published."""
        found = {path: self.counts(path) for path in self._published}
        return {path: counts for path, counts in found.items() if any(counts)}

    async def _refresh(self) -> None:
        await asyncio.sleep(_PAUSE_S)
        from hmls.server.engine import Priority

        session = self._server.session
        try:
            open_paths = list(session.workspace.snapshot.buffers)
            recent = [path for path in self._recent if path in open_paths]
            for path in dict.fromkeys([*recent, *open_paths]):
                await self._look_at(path, Priority.FILE)
            self._recent.clear()
            paths = await session.ask(_all_paths, Priority.BACKGROUND)
            for path in dict.fromkeys([*paths, *self._published]):
                if path not in open_paths:
                    await self._look_at(path, Priority.BACKGROUND)
        except ContentModified:
            return
        except Exception:
            log.exception("looking for problems")

    async def _look_at(self, path: str, priority: Priority) -> None:
        converter = self._server.session.converter

        def work(view: View) -> list[lsp.Diagnostic]:
            from hmls.ide.diagnostics import diagnose_file

            return [_diagnostic(converter, view, found) for found in diagnose_file(view, path)]

        self._found[path] = await self._server.session.ask(work, priority)
        self._publish(path)

    def _publish(self, path: str) -> None:
        problems = [*self._found.get(path, ()), *self._reported.get(path, ())]
        buffer = self._server.session.workspace.snapshot.buffers.get(path)
        version = None if buffer is None else buffer.version
        if (problems, version) == self._published.get(path, ([], None)):
            return
        self._published[path] = problems, version
        self._server.news.changed()
        self._server.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri_of_path(path), problems, version)
        )


def _all_paths(view: View) -> list[str]:
    return [path for repository in view.repositories.values() for path in repository.index.paths]


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
