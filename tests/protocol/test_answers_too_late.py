"""An answer to a question that was cancelled: nobody waits for it, and it is no defect."""

from __future__ import annotations

import io
from typing import Any

import pytest
from lsprotocol import types as lsp

from hmls.server.app import make_server


@pytest.mark.parametrize(
    "answer", [{"result": None}, {"error": {"code": -32800, "message": "the user is gone 🎉"}}]
)
async def test_an_answer_to_what_was_cancelled(answer: dict[str, Any]) -> None:
    protocol = make_server().protocol
    protocol.set_writer(io.BytesIO())
    params = lsp.ShowMessageRequestParams(lsp.MessageType.Info, "Switch?")
    asked = protocol.send_request(lsp.WINDOW_SHOW_MESSAGE_REQUEST, params, msg_id="question")
    asked.cancel()
    data = {"jsonrpc": "2.0", "id": "question", **answer}
    protocol.handle_message(protocol.structure_message(data))
    assert asked.cancelled()
