"""A real server on a folder of a test's own making."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import client_capabilities

from tests.protocol.conftest import SERVER
from tests.protocol.editor import Client, Editor


@pytest_lsp.fixture(config=SERVER)
async def client(lsp_client: Client, tmp_path: Path) -> AsyncIterator[None]:
    root = tmp_path / "flake"
    root.mkdir()
    editor = Editor(lsp_client, root)
    lsp_client.editor = editor
    result = await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=client_capabilities("neovim"),
            workspace_folders=[lsp.WorkspaceFolder(root.as_uri(), "flake")],
        )
    )
    editor.encoding = str(result.capabilities.position_encoding or "utf-16")
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: Client) -> Editor:
    """The folder is empty, and nothing of it has been read."""
    return client.editor
