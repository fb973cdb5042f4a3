"""How pygls speaks the protocol, with what it leaves out."""

from __future__ import annotations

import asyncio
from typing import Any

from pygls.protocol import LanguageServerProtocol


class Protocol(LanguageServerProtocol):
    """pygls' protocol, in which `$/cancelRequest` ends the command that the request runs.

    pygls itself answers such a request as cancelled and lets its command go on unheard.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._commands: dict[Any, asyncio.Task[Any]] = {}

    def ends_with_request(self) -> None:
        """Called in a command: its task is to be cancelled if the request for it is."""
        task, request = asyncio.current_task(), self.msg_id
        if task is not None and request is not None:
            self._commands[request] = task
            task.add_done_callback(lambda _: self._commands.pop(request, None))

    def _handle_cancel_notification(self, msg_id: Any) -> None:
        super()._handle_cancel_notification(msg_id)
        command = self._commands.get(msg_id)
        if command is not None:
            command.cancel()
