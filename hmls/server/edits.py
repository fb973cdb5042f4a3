"""Edits of several files, as LSP wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.ide.types import CreateFile, RenameFile, TextEdit
from hmls.server.convert import Converter, lines_of, uri_of_path

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.types import WorkspaceEdit

_Change = lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile


def workspace_edit(converter: Converter, view: View, edit: WorkspaceEdit) -> lsp.WorkspaceEdit:
    """Text edits come before renames, since their places are those of the files as they are."""
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
                created += _create(each)
            case RenameFile():
                renamed.append(lsp.RenameFile(uri_of_path(each.old), uri_of_path(each.new)))
    changed: list[_Change] = [
        lsp.TextDocumentEdit(_versioned(view, path), edits) for path, edits in texts.items()
    ]
    return lsp.WorkspaceEdit(document_changes=[*created, *changed, *renamed])


def _create(file: CreateFile) -> list[_Change]:
    uri = uri_of_path(file.path)
    start = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri, None)
    return [
        lsp.CreateFile(uri, options=lsp.CreateFileOptions(ignore_if_exists=True)),
        lsp.TextDocumentEdit(identifier, [lsp.TextEdit(start, file.text)]),
    ]


def _versioned(view: View, path: str) -> lsp.OptionalVersionedTextDocumentIdentifier:
    buffer = view.snapshot.buffers.get(path)
    version = None if buffer is None else buffer.version
    return lsp.OptionalVersionedTextDocumentIdentifier(uri_of_path(path), version)
