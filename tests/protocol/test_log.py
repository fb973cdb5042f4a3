"""What the server's log has: what went wrong, and nothing of what was only refused."""

from __future__ import annotations

import json
import subprocess
import sys


def test_a_refusal_leaves_no_trace() -> None:
    uri = {"uri": "file:///nowhere/🎉.nix"}
    asked = {"textDocument": uri, "position": {"line": 0, "character": 0}}
    messages = [
        {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"id": 2, "method": "textDocument/prepareRename", "params": asked},
        {"id": 3, "method": "shutdown"},
        {"method": "exit"},
    ]
    texts = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
    sent = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(text), text) for text in texts)
    server = [sys.executable, "-m", "hmls"]
    found = subprocess.run(server, input=sent, capture_output=True, timeout=120, check=False)
    assert b"belongs to no flake" in found.stdout
    assert found.stderr == b""
