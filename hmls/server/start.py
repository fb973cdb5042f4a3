"""What happens once the client is ready: watching files, and the first look at the workspace."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from hmls.server.app import Server

log = logging.getLogger("hmls")
_LAST_S = 20.0
"""How long deployments are given to end when the server is told to."""
_LOOK_S = 2.0
"""How often the disk is looked at for a client that watches no files."""
_WATCHED = (
    "**/*.nix", "**/flake.lock", "**/meta.json", "**/hmls.toml", "**/.git/index",
    # Of a folder that comes with its files VS Code tells, but not of each of them; and in homes
    # there are other files besides, which modules read.
    "**/homes", "**/homes/**", "**/home-configurations/**", "**/systems/*",
)  # fmt: skip


async def start(server: Server) -> None:
    session = server.session

    def changed() -> None:
        server.problems.changed()
        server.catalog.changed()

    session.when_disk_changed = changed
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
            session.can_watch = False
    for problem in session.setting_problems:
        server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, problem))
    server.problems.changed()
    server.catalog.changed()
    for root in session.workspace.snapshot.roots:
        await server.jobs.tell_interrupted(root)
    while not session.can_watch and not session.is_closed:
        await asyncio.sleep(_LOOK_S)
        session.look_at_disk()


def end_when_told(server: Server) -> None:
    """On SIGTERM end what builds, then die of the signal. An activation goes on without us."""
    loop = asyncio.get_running_loop()

    async def end() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.jobs.close(), _LAST_S)
        loop.remove_signal_handler(signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)

    def told() -> None:
        ending.append(asyncio.ensure_future(end()))

    ending: list[asyncio.Future[None]] = []
    with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
        loop.add_signal_handler(signal.SIGTERM, told)
