"""The log of a deployment on its way to the client: in order, and never so much that it blocks."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.deploy.error_text import strip_escapes

if TYPE_CHECKING:
    from hmls.deploy.log import LogLine
    from hmls.server.app import Server

PAUSE_S = 0.05
LINES_AT_ONCE = 25
"""500 lines a second: more than anyone reads, and few enough that answers pass between them."""
KEPT_LINES = 20_000
LAST_LINES = 1_000
"""How many of those that still wait are sent when all is over."""
_LEVELS = {"error": "error", "warning": "warning", "news": "info", "build": "log"}
_TYPES = {
    "error": lsp.MessageType.Error,
    "warning": lsp.MessageType.Warning,
    "info": lsp.MessageType.Info,
    "log": lsp.MessageType.Log,
}


class JobLog:
    """Lines that wait to be sent."""

    def __init__(self, server: Server, root: str) -> None:
        self._server = server
        self._root = root
        self._waiting: deque[tuple[str, str]] = deque()
        self._left_out = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, line: LogLine) -> None:
        """Send a line soon. Of more than a client can take, the oldest are left out."""
        text = f"{line.derivation}> {line.text}" if line.derivation else line.text
        self._waiting.append((text, _LEVELS[line.level]))
        if len(self._waiting) > KEPT_LINES:
            self._waiting.popleft()
            self._left_out += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE_S, self._send_some)

    async def flush(self) -> None:
        """Send all that waits, giving way to others in between."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while len(self._waiting) > LAST_LINES:
            self._waiting.popleft()
            self._left_out += 1
        while self._waiting:
            self._send(LINES_AT_ONCE)
            await asyncio.sleep(0)

    def _send_some(self) -> None:
        self._timer = None
        self._send(LINES_AT_ONCE)
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(PAUSE_S, self._send_some)

    def _send(self, limit: int) -> None:
        if self._left_out:
            self._waiting.appendleft((f"… {self._left_out} lines are left out", "info"))
            self._left_out = 0
        batch = [self._waiting.popleft() for _ in range(min(limit, len(self._waiting)))]
        if self._server.abilities.log:
            for line, level in batch:
                self._server.protocol.notify(
                    "hmls/log", {"line": line, "level": level, "root": self._root}
                )
            return
        # Neighbours of one level go as one message: some clients put a stamp before each.
        start = 0
        for end in range(1, len(batch) + 1):
            if end == len(batch) or batch[end][1] != batch[start][1]:
                text = "\n".join(strip_escapes(line) for line, _ in batch[start:end])
                kind = _TYPES[batch[start][1]]
                self._server.window_log_message(lsp.LogMessageParams(kind, text))
                start = end
