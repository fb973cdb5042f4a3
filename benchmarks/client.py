"""A client of a language server on standard input and output, which knows how long things take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

BARE_SERVER = """
from pygls.lsp.server import LanguageServer
from lsprotocol import types as lsp
server = LanguageServer("bare", "0")

@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(_params):
    return None

server.start_io()
"""
_CAPABILITIES = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        # As VS Code has it; Neovim lacks the characters that accept an item.
        "completion": {
            "completionItem": {"snippetSupport": True, "commitCharactersSupport": True},
            "completionList": {
                "itemDefaults": [
                    "commitCharacters",
                    "editRange",
                    "insertTextFormat",
                    "insertTextMode",
                    "data",
                ]
            },
        },
    },
}


class Client:
    """One server process. Requests wait for their answer; what the server asks is refused."""

    def __init__(self, command: list[str] | None = None) -> None:
        self._process = subprocess.Popen(
            command or [sys.executable, "-m", "hmls"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._number = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _t: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()

    def initialize(self, root: Path, settings: dict[str, Any] | None = None) -> Any:
        """Until the server has said what it can do."""
        folder = {"uri": root.as_uri(), "name": root.name}
        answer = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri(),
                "workspaceFolders": [folder],
                "capabilities": _CAPABILITIES,
                "initializationOptions": settings,
            },
        )
        self.notify("initialized", {})
        return answer

    def open(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        document = {"uri": path.as_uri(), "languageId": "nix", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def edit(self, path: Path, version: int, line: int, start: int, end: int, text: str) -> None:
        span = {
            "start": {"line": line, "character": start},
            "end": {"line": line, "character": end},
        }
        document = {"uri": path.as_uri(), "version": version}
        change = {"range": span, "text": text}
        self.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [change]}
        )

    def replace(self, path: Path, version: int, text: str) -> None:
        """The whole text of an open file is another one."""
        document = {"uri": path.as_uri(), "version": version}
        self.notify(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [{"text": text}]},
        )

    def at(self, method: str, path: Path, line: int, character: int) -> Any:
        position = {"line": line, "character": character}
        parameters = {"textDocument": {"uri": path.as_uri()}, "position": position}
        return self.request(f"textDocument/{method}", parameters)

    def request(self, method: str, parameters: Any) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            message = self._read()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            if "id" in message:
                error = {"code": -32601, "message": "not of this client"}
                self._send({"id": message["id"], "error": error})

    def notify(self, method: str, parameters: Any) -> None:
        self._send({"method": method, "params": parameters})

    def processor_s(self) -> float:
        """The time of the processor that the server took so far, all its threads together."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """The memory that the process holds now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        output = self._process.stdout
        assert output is not None
        length = 0
        while (line := output.readline().strip()) or not length:
            if not line and self._process.poll() is not None:
                raise RuntimeError("the server has gone")
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(output.read(length))
        return message


def seconds_of(work: Any) -> tuple[float, Any]:
    """How long a call takes, and what it gives."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def cpu_seconds_of(work: Any) -> tuple[float, Any]:
    """The same of the processor: what an idle machine takes, however busy this one is."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result
