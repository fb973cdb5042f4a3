"""A real server in a process of its own, spoken to as editors do, under both encodings."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, client_capabilities

from tests.protocol.editor import Client, Editor

HOMELAB = Path(__file__).parents[2] / "examples" / "homelab"
SERVER = ClientServerConfig(server_command=[sys.executable, "-m", "hmls"], client_factory=Client)


@pytest_lsp.fixture(
    scope="module",
    params=["neovim", "visual_studio_code"],
    ids=["utf-8", "utf-16"],
    config=SERVER,
)
async def client(
    request: pytest.FixtureRequest,
    lsp_client: Client,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[None]:
    root = tmp_path_factory.mktemp("protocol") / "homelab"
    editor = Editor(lsp_client, root)
    lsp_client.editor = editor
    shutil.copytree(HOMELAB, root)
    capabilities = client_capabilities(request.param)
    capabilities.experimental = {"hmls": {"changed": True}}
    assert capabilities.text_document is not None
    assert capabilities.text_document.completion is not None
    # As both have it today, at the least.
    capabilities.text_document.completion.completion_list = lsp.CompletionListCapabilities(
        ["editRange", "insertTextFormat", "insertTextMode", "data"]
    )
    result = await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=capabilities,
            workspace_folders=[lsp.WorkspaceFolder(root.as_uri(), "homelab")],
        )
    )
    editor.encoding = str(result.capabilities.position_encoding or "utf-16")
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: Client) -> Editor:
    return client.editor
