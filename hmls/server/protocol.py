"""How pygls speaks the protocol, with what it leaves out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Generator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

_token: ContextVar[lsp.ProgressToken | None] = ContextVar("work done token", default=None)

_ESCAPE = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F]..)"
)
"""In JSON: a backslash, a character of two halves, or a half without the other."""


def _whole(escape: re.Match[bytes]) -> bytes:
    return escape[0] if escape["half"] is None else b"\\ufffd"


class _Writer:
    """Writes messages that every client can read.

    Names on disk that are no UTF-8 have halves of surrogate pairs in them, which many readers of
    JSON refuse, and the whole message with them. What takes their place is as long as they are.
    """

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, data: bytes) -> Any:
        return self._writer.write(_ESCAPE.sub(_whole, data) if b"\\ud" in data else data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


@dataclass(frozen=True, slots=True)
class Plain:
    """A result as JSON has it: of hundreds of items, to make objects takes most of the time."""

    json: dict[str, Any]


class Protocol(LanguageServerProtocol):
    """pygls' protocol, in which `$/cancelRequest` ends the command that the request runs.

    pygls itself answers such a request as cancelled and lets its command go on unheard. It keeps
    the token for a command's progress to itself, and what it cannot read it leaves unanswered: who
    asked would wait for ever, and so would we for what we asked.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._commands: dict[Any, asyncio.Task[Any]] = {}

    @property
    def work_done_token(self) -> lsp.ProgressToken | None:
        """The client's token for the progress of the command that is being run, if it gave one."""
        return _token.get()

    def set_writer(self, writer: Any, include_headers: bool = True) -> None:
        super().set_writer(_Writer(writer), include_headers)

    def ends_with_request(self) -> None:
        """Called in a command: its task is to be cancelled if the request for it is."""
        task, request = asyncio.current_task(), self.msg_id
        if task is not None and request is not None:
            self._commands[request] = task
            task.add_done_callback(lambda _: self._commands.pop(request, None))

    @lsp_method(lsp.INITIALIZE)
    def lsp_initialize(self, params: lsp.InitializeParams) -> Generator[Any, Any, Any]:
        result = yield from super().lsp_initialize(params)
        if result.capabilities.execute_command_provider is not None:
            result.capabilities.execute_command_provider.work_done_progress = True
        return result

    @lsp_method(lsp.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(
        self, params: lsp.ExecuteCommandParams
    ) -> Generator[Any, Any, Any]:
        _token.set(params.work_done_token)
        return (yield from super().lsp_workspace__execute_command(params))

    def _send_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        if error is None and isinstance(result, Plain):
            self._result_types.pop(msg_id, None)
            self._send_data({"id": msg_id, "jsonrpc": self.VERSION, "result": result.json})
        else:
            super()._send_response(msg_id, result, error)

    def structure_message(self, data: dict[str, Any]) -> Any:
        try:
            return super().structure_message(data)
        except JsonRpcException as problem:
            if "id" in data and "method" in data:
                self._send_response(data["id"], None, problem.to_response_error())
            elif "id" in data:
                self._handle_response(data["id"], None, problem.to_response_error())
            raise

    def _handle_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        asked = self._request_futures.get(msg_id)
        if asked is not None and asked.cancelled():
            del self._request_futures[msg_id]  # Whoever asked was cancelled and waits no more.
        else:
            super()._handle_response(msg_id, result, error)

    def _handle_cancel_notification(self, msg_id: Any) -> None:
        super()._handle_cancel_notification(msg_id)
        command = self._commands.get(msg_id)
        if command is not None:
            command.cancel()
