"""What a deployment found, on the user's lines: diagnostics, and the quick fixes for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.deploy.activation import BACKUP_OPTION
from hmls.deploy.mend import Mend, end_of_word, mends, offset_of, set_beside
from hmls.deploy.problem import BackUpFiles, BackUpInSystem, Place, Problem, TrackFile
from hmls.lang.values import quote_attribute
from hmls.server.convert import path_of_uri, uri_of_path
from hmls.server.edits import for_client
from hmls.syntax.parse import parse
from hmls.syntax.text import LineIndex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hmls.deploy.as_read import AsRead
    from hmls.deploy.target import Target
    from hmls.server.app import Server

LAST_WORDS = 12
"""Lines of a failed build's log that its diagnostic shows."""
BACKUP_EXTENSION = "backup"
_SEVERITIES = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}


class Reported:
    """The problems of the last deployments, by the number that their diagnostics carry."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._problems: dict[int, tuple[Problem, str, str | None]] = {}
        self._count = 0

    def forget(self) -> None:
        """A new deployment begins."""
        self._problems.clear()
        self._server.problems.forget_reported()

    def show(
        self, problems: Iterable[Problem], root: str, target: str | None, read: AsRead
    ) -> set[str]:
        """Publish problems where they stand by now. `target` is what can be switched to again.

        Gives the files of those that were edited meanwhile, so that it is not known where.
        """
        edited = set()
        by_file: dict[str, list[lsp.Diagnostic]] = {}
        for each in problems:
            if each.place is None:
                continue
            texts = {path: self._text(path)[0] for path in _files_of(each)}
            problem = read.in_texts(each, texts)
            if problem is None or problem.place is None:
                edited.add(each.place.file)
                continue
            self._count += 1
            self._problems[self._count] = (problem, root, target)
            diagnostic = self._diagnostic(problem, problem.place, self._count)
            by_file.setdefault(problem.place.file, []).append(diagnostic)
        for path, found in by_file.items():
            self._server.problems.report(path, found)
        return edited

    def fixes(self, asked: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        """Quick fixes for what was reported in a range of a file, or what they are asked for.

        Nix may name the sign where an expression begins. Neovim asks for all of a line's problems,
        wherever on it the cursor is.
        """
        path = path_of_uri(asked.text_document.uri)
        meant = [(each.code, each.range) for each in asked.context.diagnostics]
        if path is None:
            return []
        return [
            action
            for diagnostic in self._server.problems.reported(path)
            if _overlap(diagnostic.range, asked.range)
            or (diagnostic.code, diagnostic.range) in meant
            for action in self._fixes(path, diagnostic)
        ]

    def _fixes(self, path: str, diagnostic: lsp.Diagnostic) -> list[lsp.CodeAction]:
        known = self._problems.get(diagnostic.data) if isinstance(diagnostic.data, int) else None
        if known is None:
            return []
        problem, root, target = known
        actions = [
            _action(mend.title, diagnostic, edit=self._edit(path, mend))
            for mend in mends(problem, parse(self._text(path)[0]))
        ]
        for remedy in problem.remedies:
            match remedy:
                case TrackFile(file):
                    title = "git add -N"
                    command = lsp.Command(
                        title, "hmls.track", arguments=[{"root": root, "paths": [file]}]
                    )
                    actions.append(_action(title, diagnostic, command=command))
                case BackUpFiles() if target is not None:
                    title = f"Switch and move files in the way to *.{BACKUP_EXTENSION}"
                    argument = {
                        "root": root,
                        "target": target,
                        "backupExtension": BACKUP_EXTENSION,
                    }
                    command = lsp.Command(title, "hmls.switch", arguments=[argument])
                    actions.append(_action(title, diagnostic, command=command))
                case BackUpInSystem(place):
                    source = parse(self._text(place.file)[0])
                    value = f'"{BACKUP_EXTENSION}"'
                    beside = set_beside(source, place, BACKUP_OPTION, value)
                    if beside is not None:
                        edit = self._edit(place.file, beside)
                        actions.append(_action(beside.title, diagnostic, edit=edit))
                case _:
                    pass  # mends() had it
        return actions

    def _edit(self, path: str, mend: Mend) -> lsp.WorkspaceEdit:
        text, version = self._text(path)
        lines = LineIndex(text)
        edits: list[lsp.TextEdit | lsp.AnnotatedTextEdit | lsp.SnippetTextEdit] = [
            lsp.TextEdit(self._server.session.converter.range(lines, start, end), new)
            for start, end, new in mend.edits
        ]
        document = lsp.OptionalVersionedTextDocumentIdentifier(uri_of_path(path), version)
        return for_client([lsp.TextDocumentEdit(document, edits)], self._server.abilities)

    def _diagnostic(self, problem: Problem, place: Place, number: int) -> lsp.Diagnostic:
        message = problem.message
        if problem.kind == "build-failed":
            message = "\n".join([message, *problem.details.splitlines()[-LAST_WORDS:]])
        return lsp.Diagnostic(
            self._named(problem, place),
            message,
            severity=_SEVERITIES[problem.severity],
            code=problem.kind,
            source="nix",
            data=number,
            related_information=[
                lsp.DiagnosticRelatedInformation(
                    lsp.Location(uri_of_path(other.file), self._range(other)), text
                )
                for other, text in problem.related
            ]
            or None,
        )

    def _named(self, problem: Problem, place: Place) -> lsp.Range:
        """What a problem is shown on: the word at its place, or the attribute that is missing.

        Nix names the sign where the expression begins that selects it, say the brace of a set.
        """
        shown, (text, _) = self._range(place), self._text(place.file)
        if problem.kind == "missing-attribute":
            for mend in mends(problem, parse(text)):
                for start, end, _ in mend.edits:
                    name = self._server.session.converter.range(LineIndex(text), start, end)
                    return shown if _overlap(shown, name) else name
        return shown

    def _range(self, place: Place) -> lsp.Range:
        text, _ = self._text(place.file)
        start = offset_of(text, place)
        return self._server.session.converter.range(
            LineIndex(text), start, end_of_word(text, start)
        )

    def _text(self, path: str) -> tuple[bytes, int | None]:
        """A file as it is in the editor, and its version there."""
        workspace = self._server.session.workspace
        buffer = workspace.snapshot.buffers.get(path)
        if buffer is not None:
            return buffer.text, buffer.version
        try:
            return workspace.disk.read(path), None
        except OSError:
            return b"", None


def _files_of(problem: Problem) -> set[str]:
    """The files of all places that a problem names."""
    places = [problem.place, *(other for other, _ in problem.related)]
    places += [each.beside for each in problem.remedies if isinstance(each, BackUpInSystem)]
    return {place.file for place in places if place is not None}


def name_of(target: Target) -> str:
    """A target as `hmls layers` names it, or its output."""
    if target.kind in ("host", "darwin") and target.host is not None:
        return f"{target.user}@{target.host}"
    if target.kind == "droid":
        return f"{target.user}@droid"
    return ".".join(map(quote_attribute, target.output)) if "@" in target.name else target.name


def _action(
    title: str,
    diagnostic: lsp.Diagnostic,
    edit: lsp.WorkspaceEdit | None = None,
    command: lsp.Command | None = None,
) -> lsp.CodeAction:
    kind = lsp.CodeActionKind.QuickFix
    return lsp.CodeAction(title, kind, [diagnostic], edit=edit, command=command)


def _overlap(one: lsp.Range, other: lsp.Range) -> bool:
    def key(position: lsp.Position) -> tuple[int, int]:
        return (position.line, position.character)

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)
