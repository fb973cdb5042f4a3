"""A client that knows neither versions in edits nor operations on files."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from hmls.server.convert import path_of_uri
from tests.protocol.conftest import HOMELAB, SERVER
from tests.protocol.editor import Client, Editor


@pytest_lsp.fixture(scope="module", config=SERVER)
async def client(
    lsp_client: Client, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    root = tmp_path_factory.mktemp("plain") / "homelab"
    shutil.copytree(HOMELAB, root)
    lsp_client.editor = Editor(lsp_client, root)
    await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=lsp.ClientCapabilities(),
            workspace_folders=[lsp.WorkspaceFolder(root.as_uri(), "homelab")],
        )
    )
    yield
    await lsp_client.shutdown_session()


async def test_a_variable_is_renamed_by_plain_edits(editor: Editor) -> None:
    at = editor.open("homes/alice/default.nix", 'let 𝒳 = 1; in { x = ""; }'.replace("𝒳", "a$0"))
    edit = await editor.client.text_document_rename_async(
        lsp.RenameParams(at.text_document, at.position, "b")
    )
    assert edit is not None
    assert edit.document_changes is None
    [(uri, edits)] = (edit.changes or {}).items()
    assert uri == editor.uri("homes/alice/default.nix")
    assert [each.new_text for each in edits] == ["b"]


async def test_folders_are_not_renamed_halfway(editor: Editor) -> None:
    at = editor.open("systems/pi/default.nix", '{ networking.hostName = "p$0i"; }')
    with pytest.raises(JsonRpcException, match="This editor lets no language server rename"):
        await editor.client.text_document_rename_async(
            lsp.RenameParams(at.text_document, at.position, "berry")
        )


async def test_files_of_a_new_layer_come_as_text(editor: Editor) -> None:
    name = "homes/bob/default.nix"
    editor.open(name, "{ }")
    start = lsp.Position(0, 0)
    found = await editor.actions(name, lsp.Range(start, start))
    made = [each.edit for each in found if each.edit is not None and "global" in each.title]
    [edit] = made
    assert edit.document_changes is None
    [uri] = edit.changes or {}
    assert path_of_uri(uri) == str(editor.root / "homes/bob@global/default.nix")


async def test_items_are_whole_each_and_no_snippets(editor: Editor) -> None:
    at = editor.open("homes/alice/default.nix", "{ programs.g$0 }")
    found = await editor.client.text_document_completion_async(
        lsp.CompletionParams(at.text_document, at.position)
    )
    assert isinstance(found, lsp.CompletionList)
    assert found.item_defaults is None
    git = next(item for item in found.items if item.label == "git")
    assert git.text_edit == lsp.TextEdit(lsp.Range(lsp.Position(0, 11), lsp.Position(0, 12)), "git")
    assert git.commit_characters is None
