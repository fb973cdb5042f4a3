"""Definition and declaration as an editor sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsprotocol import types as lsp

from tests.protocol.editor import Editor

ALICE = "homes/alice/default.nix"


def texts(editor: Editor, found: Sequence[Any] | None) -> list[tuple[str, str]]:
    """(file, text there) of locations or links."""
    shown = []
    for each in found or ():
        uri = each.target_uri if isinstance(each, lsp.LocationLink) else each.uri
        where = each.target_selection_range if isinstance(each, lsp.LocationLink) else each.range
        name = uri.removeprefix(editor.root.as_uri() + "/").replace("%40", "@")
        shown.append((name, editor.text_at((editor.root / name).read_text(), where)))
    return shown


async def definitions(editor: Editor, name: str, text: str) -> list[tuple[str, str]]:
    at = editor.open(name, text)
    params = lsp.DefinitionParams(at.text_document, at.position)
    found = await editor.client.text_document_definition_async(params)
    assert found is None or isinstance(found, list)
    if not found:
        return []
    origin = getattr(found[0], "origin_selection_range", None)
    assert origin is None or origin.start.line <= at.position.line <= origin.end.line
    return texts(editor, found)


async def test_definitions_over_layers(editor: Editor) -> None:
    text = (editor.root / "homes/alice@workstation/default.nix").read_text()
    text = text.replace("terminal =", "term$0inal =")
    found = await definitions(editor, "homes/alice@workstation/default.nix", text)
    editor.close("homes/alice@workstation/default.nix")
    assert found[0][0] == "homes/alice@workstation/default.nix"


async def test_definition_behind_text_beyond_the_bmp(editor: Editor) -> None:
    text = '{ config, ... }: { "🎉" = "🎉${config.homelab.desktop.font.siz$0e}"; }'
    found = await definitions(editor, "homes/carol/default.nix", text)
    editor.close("homes/carol/default.nix")
    assert found
    assert all("homes/alice" not in name for name, _ in found)


async def test_origin_is_the_name(editor: Editor) -> None:
    text = '{ "🎉" = 1; imports = [ ./g$0it.nix ]; }'
    at = editor.open(ALICE, text)
    params = lsp.DefinitionParams(at.text_document, at.position)
    found = await editor.client.text_document_definition_async(params)
    assert isinstance(found, list)
    assert len(found) == 1
    if isinstance(found[0], lsp.LocationLink):
        origin = found[0].origin_selection_range
        assert origin is not None
        assert editor.text_at(text.replace("$0", ""), origin) == "./git.nix"


async def test_declaration(editor: Editor) -> None:
    at = editor.open(ALICE, '{ "🎉" = 1; homelab.desktop.font.si$0ze = 3; }')
    params = lsp.DeclarationParams(at.text_document, at.position)
    found = await editor.client.text_document_declaration_async(params)
    assert isinstance(found, list)
    assert [name for name, _ in texts(editor, found)] == ["modules/home/desktop/session.nix"]


async def test_a_host(editor: Editor) -> None:
    text = '{ osConfig, ... }: { "🎉" = osConfig.networking.hostName == "wor$0kstation"; }'
    found = await definitions(editor, ALICE, text)
    assert found[0][0] == "systems/workstation/default.nix"
    assert ("homes/bob@workstation/default.nix", "") in found
