"""Hover as an editor sees it."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp

from tests.protocol.editor import Editor

WORKSTATION = "homes/alice@workstation/default.nix"


async def hovered(editor: Editor, name: str, text: str) -> lsp.Hover | None:
    at = editor.open(name, text)
    return await editor.client.text_document_hover_async(
        lsp.HoverParams(at.text_document, at.position)
    )


@pytest.mark.asyncio
async def test_values_are_linked_to_their_definitions(editor: Editor) -> None:
    text = "/* 😀 */ { homelab.desktop.font.si$0ze = 13; /* 😀 */ }"
    found = await hovered(editor, WORKSTATION, text)
    assert found is not None
    assert isinstance(found.contents, lsp.MarkupContent)
    assert found.range is not None
    assert editor.text_at(text.replace("$0", ""), found.range) == "size"
    lines = found.contents.value.splitlines()
    uri = editor.uri(WORKSTATION).replace("%40", "@")
    assert lines[4] == f"| **alice@workstation** | `13` | [alice@workstation:1]({uri}#L1) |"
    assert any(line.startswith("| alice,") for line in lines)
    editor.close(WORKSTATION)


@pytest.mark.asyncio
async def test_unsaved_text_of_other_layers_counts(editor: Editor) -> None:
    editor.open("homes/alice@global/default.nix", '{ homelab.person.email = "😀@new"; }')
    text = '{ homelab.person = { em$0ail = "x"; name = "Alice"; }; }'
    found = await hovered(editor, "homes/alice/default.nix", text)
    assert found is not None
    assert isinstance(found.contents, lsp.MarkupContent)
    assert "😀@new" in found.contents.value
    editor.close("homes/alice@global/default.nix")
    editor.close("homes/alice/default.nix")


@pytest.mark.asyncio
async def test_nothing_on_a_comment(editor: Editor) -> None:
    assert await hovered(editor, WORKSTATION, "{ } # no$0thing") is None
    editor.close(WORKSTATION)


@pytest.mark.asyncio
async def test_an_option_is_described_where_no_value_exists(editor: Editor) -> None:
    text = "{ config, ... }: { /* 😀 */ a = config.programs.git.lfs.skip$0Smudge; }"
    found = await hovered(editor, "homes/alice/default.nix", text)
    assert found is not None
    assert isinstance(found.contents, lsp.MarkupContent)
    assert "**programs.git.lfs.skipSmudge** · boolean" in found.contents.value
    assert "declared in `modules/programs/git.nix:245`" in found.contents.value
    assert found.range is not None
    assert editor.text_at(text.replace("$0", ""), found.range) == "skipSmudge"
    editor.close("homes/alice/default.nix")
