"""The server's own requests, as the editors' plugins send them."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from hmls.syntax.parse import parse
from tests.protocol.editor import Editor

ALICE = "homes/alice/default.nix"


async def ask(editor: Editor, method: str, **params: Any) -> Any:
    return await editor.client.protocol.send_request_async(method, params)


async def the_map(editor: Editor) -> Any:
    (root,) = (await ask(editor, "hmls/layers")).roots
    return root


async def test_layers(editor: Editor) -> None:
    root = await the_map(editor)
    assert root.root == str(editor.root)
    assert [user.name for user in root.users] == ["alice", "bob", "carol"]
    layers = {layer.name: layer for layer in root.layers}
    assert layers["alice@workstation"].folder == "homes/alice@workstation"
    assert layers["alice@workstation"].entry == "homes/alice@workstation/default.nix"
    assert layers["alice@workstation"].kind == "host"
    assert layers["alice@workstation"].hasEntry
    assert layers["alice@workstation"].used
    assert not layers["bob@attic"].used
    targets = {target.name: target for target in root.targets}
    assert targets["alice"].layers == ["homes/alice", "homes/alice@global"]
    assert targets["alice"].deployed is None


async def test_health_follows_the_problems(editor: Editor) -> None:
    await the_map(editor)
    editor.changed.clear()
    await editor.problems(ALICE, "{ 🎉 = ; }")
    await asyncio.wait_for(editor.changed.wait(), 20)
    root = await the_map(editor)
    healths = {layer.name: layer.health.errors for layer in root.layers}
    assert healths["alice"] == 1
    assert healths["alice@global"] == 0
    assert {t.name: t.health.errors for t in root.targets}["alice"] == 1
    editor.close(ALICE)
    # What changed may be something else first: the news is to come, not to come at once.
    while await errors_of(editor, "alice"):
        await asyncio.wait_for(editor.changed.wait(), 60)
        editor.changed.clear()


async def errors_of(editor: Editor, name: str) -> int:
    layers = (await the_map(editor)).layers
    return int(next(layer.health.errors for layer in layers if layer.name == name))


async def test_focus_has_the_client_ask_anew(editor: Editor) -> None:
    editor.asked_anew.clear()
    assert await ask(editor, "hmls/focus", root=str(editor.root), target="alice") is None
    assert await ask(editor, "hmls/focus", root=str(editor.root), target=None) is None
    await asyncio.wait_for(editor.asked_anew.wait(), 20)


async def test_a_request_without_its_root_is_refused(editor: Editor) -> None:
    with pytest.raises(JsonRpcException, match="root must be a text"):
        await ask(editor, "hmls/focus", target="alice")


async def test_settings_with_their_places(editor: Editor) -> None:
    text = '{ "🎉".x = 1; programs.git.enable = true; }'
    editor.open("homes/alice/git.nix", text)
    found = await ask(
        editor, "hmls/settings", root=str(editor.root), target="alice", prefix=["programs", "git"]
    )
    assert found.target == "alice"
    assert all(option.path[:2] == ["programs", "git"] for option in found.options)
    enable = next(option for option in found.options if option.path[2:] == ["enable"])
    assert (enable.known, enable.text) == (True, "true")
    place = next(p for p in enable.winners if p.file == str(editor.root / "homes/alice/git.nix"))
    assert (place.line, place.layer) == (1, "base")
    span = lsp.Range(
        lsp.Position(place.range.start.line, place.range.start.character),
        lsp.Position(place.range.end.line, place.range.end.character),
    )
    assert editor.text_at(text, span) == "programs.git.enable"
    editor.close("homes/alice/git.nix")


@pytest.mark.parametrize("equals", ["=", "%3D"])
async def test_the_effective_configuration_is_a_document(editor: Editor, equals: str) -> None:
    root = f"root{equals}{quote(str(editor.root), safe='')}"
    uri = f"hmls:/effective/alice%40workstation.nix?{root}"
    text = await document(editor, uri)
    assert text.startswith("# alice@workstation: homes/alice + homes/alice@workstation\n")
    assert not parse(text.encode()).has_error
    assert re.search(r"# homes/alice/git\.nix:\d+ \(base\)", text)


async def test_the_base_alone_is_a_document(editor: Editor) -> None:
    uri = f"hmls:/base/alice%40workstation.nix?root={quote(str(editor.root), safe='')}"
    text = await document(editor, uri)
    assert text.startswith("# alice@workstation without alice@workstation\n")
    assert not parse(text.encode()).has_error
    assert "# homes/alice@workstation/" not in text


@pytest.mark.parametrize("name", ["nobody.nix", "alice.txt", "", "alice%00.nix"])
async def test_no_document(editor: Editor, name: str) -> None:
    with pytest.raises(JsonRpcException):
        await document(editor, f"hmls:/effective/{name}?root={quote(str(editor.root))}")


async def document(editor: Editor, uri: str) -> str:
    found = await editor.client.workspace_text_document_content_async(
        lsp.TextDocumentContentParams(uri)
    )
    return found.text


async def test_what_an_input_adds_has_the_line_that_brings_it_in(editor: Editor) -> None:
    found = await ask(editor, "hmls/settings", root=str(editor.root), target="alice", prefix=[])
    places = [p for option in found.options for p in (*option.winners, *option.losers)]
    nowhere = [place for place in places if place.file is None]
    assert {place.layer for place in nowhere} <= {"builder", "default"}
    assert all(Path(place.file).is_file() for place in places if place.file is not None)
    brought = [p for p in places if p.layer == "input" and p.range is None]
    assert all(place.line >= 1 for place in brought)
