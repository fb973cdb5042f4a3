"""Beside nil or nixd: what every server for Nix answers is left to it, what homes mean is not."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, client_capabilities

from tests.protocol.editor import Client, Editor
from tests.trees import FLAKE, write_files

ALICE = "homes/alice/default.nix"


@pytest_asyncio.fixture(params=["neovim", "visual_studio_code"], ids=["utf-8", "utf-16"])
async def beside(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Editor]:
    write_files(str(tmp_path), {"flake.nix": FLAKE, ALICE: "{ }\n"})
    config = ClientServerConfig(
        server_command=[sys.executable, "-m", "hmls"], client_factory=Client
    )
    client = await config.start()
    assert isinstance(client, Client)
    client.editor = editor = Editor(client, tmp_path)
    result = await client.initialize_session(
        lsp.InitializeParams(
            capabilities=client_capabilities(request.param),
            initialization_options={"hmls": {"features": {"language": False, "packages": False}}},
            workspace_folders=[lsp.WorkspaceFolder(tmp_path.as_uri(), "flake")],
        )
    )
    editor.encoding = str(result.capabilities.position_encoding or "utf-16")
    assert result.capabilities.document_symbol_provider is None
    assert result.capabilities.folding_range_provider is None
    assert result.capabilities.document_link_provider is None
    yield editor
    await client.shutdown_session()
    await client.stop()


@pytest.mark.parametrize(
    "text",
    [
        "{ config, ... }: { home.a = '' 🎉 ${con$0fig.home.b} ''; }",
        'let c = "🎉"; b = 2; in { home.a = $0b; }',
        '{ home.a = "🎉" + to$0String 1; }',
        '{ home.a = "🎉" + builtins.to$0String 1; }',
    ],
    ids=["argument", "let", "builtin", "member of builtins"],
)
async def test_variables_and_builtins_are_left_to_the_other(beside: Editor, text: str) -> None:
    at = beside.open(ALICE, text)
    document, position = at.text_document, at.position
    client = beside.client
    assert await client.text_document_hover_async(lsp.HoverParams(document, position)) is None
    found = lsp.DefinitionParams(document, position)
    assert not await client.text_document_definition_async(found)
    context = lsp.ReferenceContext(True)
    uses = lsp.ReferenceParams(context, document, position)
    assert not await client.text_document_references_async(uses)
    marks = lsp.DocumentHighlightParams(document, position)
    assert not await client.text_document_document_highlight_async(marks)
    with pytest.raises(JsonRpcException, match="renamed by the other server"):
        await client.text_document_prepare_rename_async(lsp.PrepareRenameParams(document, position))


async def test_settings_are_ours(beside: Editor) -> None:
    at = beside.open(ALICE, '{ home.username = "🎉"; home.sess$0ionVariables.A = "1"; }')
    hover = await beside.client.text_document_hover_async(
        lsp.HoverParams(at.text_document, at.position)
    )
    assert hover is not None
    labels = {item.label for item in await beside.complete(ALICE, "{ home.$0 }")}
    assert "username" in labels


async def test_variables_are_not_completed(beside: Editor) -> None:
    labels = {item.label for item in await beside.complete(ALICE, "{ lib, a }: { x = $0; }")}
    assert not labels & {"lib", "a", "map", "builtins"}
    assert await beside.complete(ALICE, "{ x = builtins.$0; }") == []


async def test_lib_is_left_where_nixd_tells_of_it(beside: Editor) -> None:
    for name, is_ours in (("mkI$0f", False), ("mkFor$0ce", True)):
        at = beside.open(ALICE, "{ lib, ... }: { a = ''🎉 ${lib." + name + "}''; }")
        asked = lsp.HoverParams(at.text_document, at.position)
        found = await beside.client.text_document_hover_async(asked)
        assert (found is not None) == is_ours
    labels = {item.label for item in await beside.complete(ALICE, "{ lib, ... }: { a = lib.$0; }")}
    assert labels >= {"mkIf", "mkForce", "hm"}
    labels = {item.label for item in await beside.complete(ALICE, "{ lib, ... }: { a = lib.m$0; }")}
    assert not labels & {"mkIf", "mkForce"}


async def test_settings_that_come_later_do_not_take_it_back(beside: Editor) -> None:
    settings = {"hmls": {"deploy": {"backupExtension": "old"}}}
    beside.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(settings))
    at = beside.open(ALICE, "{ config, ... }: { home.a = '' 🎉 ${con$0fig.home.b} ''; }")
    asked = lsp.HoverParams(at.text_document, at.position)
    assert await beside.client.text_document_hover_async(asked) is None


async def test_a_list_that_was_begun_goes_on(beside: Editor) -> None:
    at = beside.open(ALICE, "{ lib, ... }: { a = ''🎉 ${lib.m$0}''; }")
    context = lsp.CompletionContext(lsp.CompletionTriggerKind.TriggerForIncompleteCompletions)
    found = await beside.client.text_document_completion_async(
        lsp.CompletionParams(at.text_document, at.position, context)
    )
    assert isinstance(found, lsp.CompletionList)
    assert "mkForce" in {item.label for item in found.items}


async def test_syntax_and_undefined_variables_are_not_reported(beside: Editor) -> None:
    beside.open(ALICE, '{ a = "🎉" + nowhere; imports = [ ./no.nix ]; }')
    await beside.problems_until(ALICE, "missing-import")
    assert "undefined-variable" not in {each.code for each in beside.found(ALICE)}
    await beside.problems(ALICE, '{ a = "🎉"; b = ')
    assert "syntax-error" not in {each.code for each in beside.found(ALICE)}
