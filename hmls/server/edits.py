"""Edits of several files, as LSP wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.ide.types import CreateFile, RenameFile, TextEdit
from hmls.server.convert import Converter, lines_of, uri_of_path

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.types import WorkspaceEdit
    from hmls.server.abilities import Abilities

_Change = lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile


def workspace_edit(
    converter: Converter, view: View, edit: WorkspaceEdit, abilities: Abilities
) -> lsp.WorkspaceEdit:
    """The edit in the form that the client takes, if `unfit` has nothing against it.

    Text edits come before renames, since their places are those of the files as they are.
    """
    texts: dict[str, list[lsp.TextEdit | lsp.AnnotatedTextEdit | lsp.SnippetTextEdit]] = {}
    created: list[_Change] = []
    renamed: list[_Change] = []
    for each in edit.edits:
        match each:
            case TextEdit():
                lines = lines_of(view, each.path)
                span = converter.range(lines, each.start, each.end)
                texts.setdefault(each.path, []).append(lsp.TextEdit(span, each.text))
            case CreateFile():
                created += _create(each, abilities)
            case RenameFile():
                renamed.append(lsp.RenameFile(uri_of_path(each.old), uri_of_path(each.new)))
    changed: list[_Change] = [
        lsp.TextDocumentEdit(_versioned(view, path), edits) for path, edits in texts.items()
    ]
    return for_client([*created, *changed, *renamed], abilities)


def unfit(edit: WorkspaceEdit, abilities: Abilities) -> str | None:
    """Why the client cannot make an edit, if it cannot."""
    if abilities.renames_files or not any(isinstance(each, RenameFile) for each in edit.edits):
        return None
    return "This editor lets no language server rename folders: nothing was changed."


def for_client(changes: list[_Change], abilities: Abilities) -> lsp.WorkspaceEdit:
    """Changes with versions, or plain ones for a client that knows no versions."""
    if abilities.document_changes:
        return lsp.WorkspaceEdit(document_changes=changes)
    texts: dict[str, list[lsp.TextEdit]] = {}
    for change in changes:
        if isinstance(change, lsp.TextDocumentEdit):
            edits = [edit for edit in change.edits if isinstance(edit, lsp.TextEdit)]
            texts.setdefault(change.text_document.uri, []).extend(edits)
    return lsp.WorkspaceEdit(changes=texts)


def _create(file: CreateFile, abilities: Abilities) -> list[_Change]:
    """Without the operation, text for a file that is not there: editors open a new one for it."""
    uri = uri_of_path(file.path)
    start = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri, None)
    text = lsp.TextDocumentEdit(identifier, [lsp.TextEdit(start, file.text)])
    if not abilities.creates_files:
        return [text]
    return [lsp.CreateFile(uri, options=lsp.CreateFileOptions(ignore_if_exists=True)), text]


def _versioned(view: View, path: str) -> lsp.OptionalVersionedTextDocumentIdentifier:
    buffer = view.snapshot.buffers.get(path)
    version = None if buffer is None else buffer.version
    return lsp.OptionalVersionedTextDocumentIdentifier(uri_of_path(path), version)
