"""Messages that are no LSP, which no library for clients would send."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any


async def test_a_request_that_cannot_be_read_is_answered(tmp_path: Path) -> None:
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hmls"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert server.stdin is not None
    params = {"processId": None, "rootUri": tmp_path.as_uri(), "capabilities": {}}
    send(server, {"id": 1, "method": "initialize", "params": params})
    assert "result" in await answer(server, 1)
    send(server, {"id": 2, "method": "textDocument/hover", "params": {"nothing": 1}})
    assert (await answer(server, 2))["error"]["code"] == -32602
    send(server, {"id": 3, "method": "shutdown"})
    assert "result" in await answer(server, 3)
    send(server, {"method": "exit"})
    assert await asyncio.wait_for(server.wait(), 60) == 0


def send(server: asyncio.subprocess.Process, message: dict[str, Any]) -> None:
    assert server.stdin is not None
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


async def answer(server: asyncio.subprocess.Process, number: int) -> dict[str, Any]:
    """The response to a request; what the server says meanwhile is left out."""
    assert server.stdout is not None
    async with asyncio.timeout(60):
        while True:
            header = await server.stdout.readuntil(b"\r\n\r\n")
            length = int(header.lower().partition(b"content-length:")[2].split()[0])
            message: dict[str, Any] = json.loads(await server.stdout.readexactly(length))
            if message.get("id") == number and "method" not in message:
                return message
