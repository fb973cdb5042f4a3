"""Inlay hints and code lenses as an editor sees them."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp

from tests.protocol.editor import Editor

ALICE = "homes/alice/default.nix"
TEXT = "{ lib, ... }: { homelab.desktop.font.size = /* 😀 */ lib.mkDefault 9; }"


@pytest.mark.asyncio
async def test_hints_stand_behind_the_definition(editor: Editor) -> None:
    editor.open(ALICE, TEXT)
    everything = lsp.Range(lsp.Position(0, 0), lsp.Position(1, 0))
    found = await editor.client.text_document_inlay_hint_async(
        lsp.InlayHintParams(lsp.TextDocumentIdentifier(editor.uri(ALICE)), everything)
    )
    assert found
    assert not isinstance(found[0].label, str)
    assert found[0].label[0].value.startswith("→ ")
    assert "13 on workstation" in found[0].label[0].value
    before = lsp.Range(lsp.Position(0, 0), found[0].position)
    assert editor.text_at(TEXT, before).endswith("lib.mkDefault 9")
    editor.close(ALICE)


@pytest.mark.asyncio
async def test_lenses_run_the_deployments(editor: Editor) -> None:
    editor.open(ALICE, TEXT)
    found = await editor.client.text_document_code_lens_async(
        lsp.CodeLensParams(lsp.TextDocumentIdentifier(editor.uri(ALICE)))
    )
    by_title = {lens.command.title: lens for lens in reversed(found or ()) if lens.command}
    build = by_title["build"].command
    assert build is not None
    assert build.command == "hmls.build"
    assert list(build.arguments or ()) == [{"root": str(editor.root), "target": "alice"}]
    overridden = next(lens for title, lens in by_title.items() if title.startswith("overridden"))
    assert editor.text_at(TEXT, overridden.range) == "homelab.desktop.font.size"
    editor.close(ALICE)
