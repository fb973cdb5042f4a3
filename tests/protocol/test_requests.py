"""The server's own requests, as the editors' plugins send them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException

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
    editor.changed.clear()
    editor.close(ALICE)
    await asyncio.wait_for(editor.changed.wait(), 20)
    assert {layer.name: layer.health.errors for layer in (await the_map(editor)).layers}[
        "alice"
    ] == 0


async def test_focus_is_no_answer(editor: Editor) -> None:
    assert await ask(editor, "hmls/focus", root=str(editor.root), target="alice") is None
    assert await ask(editor, "hmls/focus", root=str(editor.root), target=None) is None


async def test_a_request_without_its_root_is_refused(editor: Editor) -> None:
    with pytest.raises(JsonRpcException, match="root must be a text"):
        await ask(editor, "hmls/focus", target="alice")
