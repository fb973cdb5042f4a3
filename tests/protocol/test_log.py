"""What the server's log has: what went wrong, and nothing of what was only refused."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def _message(**parts: Any) -> bytes:
    text = json.dumps({"jsonrpc": "2.0", **parts}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(text), text)


def test_a_refusal_and_a_late_cancellation_leave_no_trace() -> None:
    uri = {"uri": "file:///nowhere/🎉.nix"}
    asked = {"textDocument": uri, "position": {"line": 0, "character": 0}}
    with subprocess.Popen(
        [sys.executable, "-m", "hmls"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(_message(id=1, method="initialize", params={"capabilities": {}}))
        server.stdin.write(_message(method="initialized", params={}))
        server.stdin.write(_message(id=2, method="textDocument/prepareRename", params=asked))
        server.stdin.flush()
        # What is asked when the server is told to end is cancelled.
        answers = b""
        while b'"id": 2' not in answers and (read := server.stdout.read1()):
            answers += read
        late = _message(method="$/cancelRequest", params={"id": 2})
        end = late + _message(id=3, method="shutdown") + _message(method="exit")
        _, said = server.communicate(end, timeout=120)
    assert b"belongs to no flake" in answers
    assert said == b""
