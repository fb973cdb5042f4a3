"""References, highlights and renames as an editor sees them."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from tests.protocol.editor import Editor

CAROL = "homes/carol/default.nix"
TEXT = '{ lib, ... }: let text = 1; in { "🎉" = "🎉"; a = "🎉${tex$0t}"; }'


async def test_references(editor: Editor) -> None:
    at = editor.open(CAROL, '{ "🎉" = "🎉"; home.username = "car$0ol"; }')
    found = await editor.client.text_document_references_async(
        lsp.ReferenceParams(lsp.ReferenceContext(True), at.text_document, at.position)
    )
    editor.close(CAROL)
    places = {
        (each.uri.rpartition("/homelab/")[2], each.range.start.character) for each in found or ()
    }
    column = at.position.character - len("car")
    assert ("homes/carol/default.nix", column) in places


async def test_highlights(editor: Editor) -> None:
    at = editor.open(CAROL, TEXT)
    found = await editor.client.text_document_document_highlight_async(
        lsp.DocumentHighlightParams(at.text_document, at.position)
    )
    editor.close(CAROL)
    text = TEXT.replace("$0", "")
    assert [(editor.text_at(text, each.range), each.kind) for each in found or ()] == [
        ("text", lsp.DocumentHighlightKind.Write),
        ("text", lsp.DocumentHighlightKind.Read),
    ]


async def test_rename_of_a_variable(editor: Editor) -> None:
    at = editor.open(CAROL, TEXT)
    prepared = await editor.client.text_document_prepare_rename_async(
        lsp.PrepareRenameParams(at.text_document, at.position)
    )
    assert isinstance(prepared, lsp.PrepareRenamePlaceholder)
    assert editor.text_at(TEXT.replace("$0", ""), prepared.range) == prepared.placeholder == "text"
    edit = await editor.client.text_document_rename_async(
        lsp.RenameParams(at.text_document, at.position, "words")
    )
    editor.close(CAROL)
    assert edit is not None
    (change,) = edit.document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit)
    edits = [each for each in change.edits if isinstance(each, lsp.TextEdit)]
    assert editor.apply(TEXT.replace("$0", ""), edits) == TEXT.replace("$0", "").replace(
        "text", "words"
    )


async def test_rename_of_a_host_moves_folders_last(editor: Editor) -> None:
    text = '{ osConfig, ... }: { "🎉" = osConfig.networking.hostName == "wor$0kstation"; }'
    at = editor.open(CAROL, text)
    edit = await editor.client.text_document_rename_async(
        lsp.RenameParams(at.text_document, at.position, "desk")
    )
    editor.close(CAROL)
    assert edit is not None
    changes = edit.document_changes or ()
    kinds = [isinstance(change, lsp.RenameFile) for change in changes]
    assert kinds == sorted(kinds)
    moved = {
        (c.old_uri.rpartition("/homelab/")[2], c.new_uri.rpartition("/homelab/")[2])
        for c in changes
        if isinstance(c, lsp.RenameFile)
    }
    assert moved == {
        ("systems/workstation", "systems/desk"),
        ("homes/alice@workstation", "homes/alice@desk"),
        ("homes/bob@workstation", "homes/bob@desk"),
    }
    own = next(
        c
        for c in changes
        if isinstance(c, lsp.TextDocumentEdit) and c.text_document.uri == editor.uri(CAROL)
    )
    edits = [each for each in own.edits if isinstance(each, lsp.TextEdit)]
    assert editor.apply(text.replace("$0", ""), edits).endswith('hostName == "desk"; }')


async def test_what_cannot_be_renamed_says_why(editor: Editor) -> None:
    at = editor.open(CAROL, '{ "🎉" = 1; home.username = "car$0ol"; }')
    with pytest.raises(JsonRpcException, match="There is a user bob already"):
        await editor.client.text_document_rename_async(
            lsp.RenameParams(at.text_document, at.position, "bob")
        )
    editor.close(CAROL)
