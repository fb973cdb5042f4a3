"""What happens once the client is ready: watching files, and the first look at the workspace."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from hmls.server.app import Server

log = logging.getLogger("hmls")
_WATCHED = ("**/*.nix", "**/flake.lock", "**/meta.json", "**/hmls.toml", "**/.git/index")


async def start(server: Server) -> None:
    session = server.session
    if session.can_watch:
        options = lsp.DidChangeWatchedFilesRegistrationOptions(
            [lsp.FileSystemWatcher(pattern) for pattern in _WATCHED]
        )
        registration = lsp.Registration(
            "hmls-files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options
        )
        try:
            await server.client_register_capability_async(lsp.RegistrationParams([registration]))
        except JsonRpcException as error:
            log.warning("the client watches no files: %s", error)
    for problem in session.setting_problems:
        server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, problem))
    server.problems.changed()
    for root in session.workspace.snapshot.roots:
        await server.jobs.tell_interrupted(root)
