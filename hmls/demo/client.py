"""A small LSP client: one question after the other to a server in a process of its own."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import quote, unquote, urlsplit

_ANSWER_S = 120.0
"""How long an answer may take; the first one reads the whole repository."""
_QUIET_S = 0.5
"""When no problems were published for so long, the server is asked whether these were all."""
_CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "definition": {"linkSupport": True},
        "declaration": {"linkSupport": True},
        "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source"]}},
            "dataSupport": True,
            "disabledSupport": True,
            "isPreferredSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
        },
        "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True},
    },
    "workspace": {"workspaceFolders": True, "configuration": True},
    "window": {"workDoneProgress": True},
}


class NoAnswer(Exception):
    """The server refused, failed, or went away; the message says which."""


@dataclass(slots=True)
class Client:
    """A server that runs, and what it has said of its own accord."""

    process: subprocess.Popen[bytes]
    capabilities: dict[str, Any] = field(default_factory=dict)
    encoding: str = "utf-16"
    started_in_s: float = 0.0
    problems: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Path → diagnostics."""
    _arrived: queue.Queue[dict[str, Any] | None] = field(default_factory=queue.Queue)
    _number: int = 0
    _versions: dict[str, int] = field(default_factory=dict)

    def ask(self, method: str, params: object) -> Any:
        """The answer to a request. Raises NoAnswer."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        until = time.monotonic() + _ANSWER_S
        while True:
            message = self._take(until - time.monotonic())
            if message is None:
                raise NoAnswer(f"no answer to {method}")
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise NoAnswer(str(message["error"].get("message", "an error")))
                return message.get("result")

    def tell(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def open(self, path: str, text: str) -> None:
        """Open a file, or give an open one another text, which is not saved."""
        version = self._versions[path] = self._versions.get(path, 0) + 1
        document = {"uri": uri_of(path), "languageId": "nix", "version": version, "text": text}
        if version == 1:
            self.tell("textDocument/didOpen", {"textDocument": document})
        else:
            changes = [{"text": text}]
            self.tell(
                "textDocument/didChange", {"textDocument": document, "contentChanges": changes}
            )

    def wait_for_problems(self, at_most_s: float) -> None:
        """Take in what is published until the server has looked at every file.

        It is asked whether it has after each silence; until then its answers are older.
        """
        until = time.monotonic() + at_most_s
        while (left_s := until - time.monotonic()) > 0:
            if self._take(min(_QUIET_S, left_s)) is None and self.ask("hmls/layers", {})["settled"]:
                return

    def can(self, ability: str) -> bool:
        """Whether the server has announced something, such as `hoverProvider`."""
        return bool(self.capabilities.get(ability))

    def stop(self) -> None:
        try:
            self.ask("shutdown", None)
            self.tell("exit", None)
            self.process.wait(10)
        except (NoAnswer, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    def _send(self, message: dict[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stdin = self.process.stdin
        assert stdin is not None
        try:
            stdin.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
            stdin.flush()
        except OSError as error:
            raise NoAnswer("the server has ended") from error

    def _take(self, wait_s: float) -> dict[str, Any] | None:
        """The next message, with the server's own questions answered; None if none came."""
        try:
            message = self._arrived.get(timeout=max(wait_s, 0.0))
        except queue.Empty:
            return None
        if message is None:
            raise NoAnswer("the server has ended")
        method, params = message.get("method"), message.get("params")
        if method == "textDocument/publishDiagnostics" and isinstance(params, dict):
            self.problems[path_of(params["uri"])] = params["diagnostics"]
        elif method is not None and "id" in message:
            items = params.get("items", ()) if isinstance(params, dict) else ()
            result = [None] * len(items) if method == "workspace/configuration" else None
            self._send({"id": message["id"], "result": result})
        return message


def start(command: Sequence[str], folder: str) -> Client:
    """Start a server on a folder and shake hands. Raises NoAnswer."""
    begun = time.monotonic()
    process = subprocess.Popen(
        list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    client = Client(process)
    threading.Thread(target=_read, args=(process.stdout, client._arrived), daemon=True).start()
    uri = uri_of(folder)
    answer = client.ask(
        "initialize",
        {
            "processId": os.getpid(),
            "clientInfo": {"name": "hmls demo"},
            "rootUri": uri,
            "workspaceFolders": [{"uri": uri, "name": os.path.basename(folder)}],
            "capabilities": _CAPABILITIES,
        },
    )
    client.tell("initialized", {})
    client.capabilities = answer["capabilities"]
    client.encoding = client.capabilities.get("positionEncoding", "utf-16")
    client.started_in_s = time.monotonic() - begun
    return client


def uri_of(path: str) -> str:
    return "file://" + quote(os.fsencode(path))


def path_of(uri: str) -> str:
    """The path of a `file:` URI; any other URI as it is."""
    parts = urlsplit(uri)
    return unquote(parts.path, errors="surrogateescape") if parts.scheme == "file" else uri


def _read(stream: IO[bytes] | None, arrived: queue.Queue[dict[str, Any] | None]) -> None:
    """Put messages into a queue until the server closes its output; None is the last."""
    assert stream is not None
    while True:
        length = 0
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        if line == b"":
            arrived.put(None)
            return
        arrived.put(json.loads(stream.read(length)))
