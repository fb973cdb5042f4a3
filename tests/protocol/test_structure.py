"""Symbols, links, folds and selections as an editor sees them."""

from __future__ import annotations

from lsprotocol import types as lsp

from tests.protocol.editor import Editor

ALICE = "homes/alice/default.nix"
TEXT = """{ lib, ... }:
{
  # «🎉»
  # a run of comments
  "🎉" = { imports = [ ./git.nix (../. + "/alice@global") ]; };
  programs.git = {
    enable = lib.mkDefault true;
    name$0 = "🎉";
  };
}
"""


async def test_document_symbols(editor: Editor) -> None:
    at = editor.open(ALICE, TEXT)
    found = await editor.client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(at.text_document)
    )
    text = TEXT.replace("$0", "")
    assert [
        (s.name, editor.text_at(text, s.selection_range), [c.name for c in s.children])
        for s in found
    ] == [
        ('"🎉"', '"🎉"', ["imports"]),
        ("programs.git", "programs.git", ["enable", "name"]),
    ]


async def test_workspace_symbols(editor: Editor) -> None:
    found = await editor.client.workspace_symbol_async(lsp.WorkspaceSymbolParams("backup.jobs"))
    places = {(s.name, s.container_name) for s in found}
    assert ("homelab.backup.jobs", "modules/home/services/backup.nix") in places
    hosts = await editor.client.workspace_symbol_async(lsp.WorkspaceSymbolParams("workstation"))
    assert ("workstation", "hosts") in {(s.name, s.container_name) for s in hosts}


async def test_links(editor: Editor) -> None:
    at = editor.open(ALICE, TEXT)
    found = await editor.client.text_document_document_link_async(
        lsp.DocumentLinkParams(at.text_document)
    )
    text = TEXT.replace("$0", "")
    assert [(editor.text_at(text, link.range), link.target) for link in found] == [
        ("./git.nix", editor.uri("homes/alice/git.nix")),
        ("/alice@global", editor.root.as_uri() + "/homes/alice@global/default.nix"),
    ]


async def test_folds(editor: Editor) -> None:
    at = editor.open(ALICE, TEXT)
    found = await editor.client.text_document_folding_range_async(
        lsp.FoldingRangeParams(at.text_document)
    )
    assert [(f.start_line, f.end_line, f.kind) for f in found] == [
        (1, 8, "region"),
        (2, 3, "comment"),
        (5, 7, "region"),
    ]


async def test_selections_grow(editor: Editor) -> None:
    at = editor.open(ALICE, TEXT)
    found = await editor.client.text_document_selection_range_async(
        lsp.SelectionRangeParams(at.text_document, [at.position])
    )
    text, selection, texts = TEXT.replace("$0", ""), found[0], []
    while selection is not None:
        texts.append(editor.text_at(text, selection.range))
        selection = selection.parent
    assert texts[:2] == ["name", 'name = "🎉";']
    assert len(texts[-1].encode()) >= len(text.rstrip().encode())
