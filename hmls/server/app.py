"""The server: which messages it understands, and who answers them."""

from __future__ import annotations

import logging
import sys
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from hmls import __version__
from hmls.server.problems import Problems
from hmls.server.session import Session

log = logging.getLogger("hmls")


class Server(LanguageServer):
    """pygls' server with a session."""

    def __init__(self) -> None:
        super().__init__("hmls", __version__)
        self.session = Session()
        self.problems = Problems(self)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """An error of ours goes to the log; the editor's user can do nothing about it."""
        log.error("%s: %s", source, error, exc_info=error)


def make_server() -> Server:
    """A server that waits for a client. Which features it has is settled at `initialize`."""
    server = Server()

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        from hmls.server.features import register

        protocol: LanguageServerProtocol = server.protocol
        server.session.initialize(params, str(protocol.workspace.position_encoding))
        register(server)

    @server.feature(lsp.INITIALIZED)
    async def initialized(_params: lsp.InitializedParams) -> None:
        from hmls.server.start import start

        await start(server)

    @server.feature(lsp.SHUTDOWN)
    def shutdown(_params: None) -> None:
        server.session.close()

    return server


def serve() -> None:
    """Speak LSP on standard input and output until the client goes."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    # A request is a few hundred bytes: what matters is that evaluation gives way quickly.
    sys.setswitchinterval(0.002)
    make_server().start_io()
