"""The server: which messages it understands, and who answers them."""

from __future__ import annotations

import logging
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from hmls import __version__
from hmls.server.abilities import Abilities, abilities_of
from hmls.server.catalog import Catalog
from hmls.server.news import News
from hmls.server.problems import Problems
from hmls.server.protocol import Protocol
from hmls.server.session import Session
from hmls.server.virtual import Virtual

if TYPE_CHECKING:
    from hmls.server.jobs import Jobs
    from hmls.server.reported import Reported

log = logging.getLogger("hmls")


class Server(LanguageServer):
    """pygls' server with a session."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("hmls", __version__, protocol_cls=Protocol)
        self.session = Session()
        self.problems = Problems(self)
        self.news = News(self)
        self.catalog = Catalog(self)
        self.virtual = Virtual()
        self.abilities = Abilities()

    @cached_property
    def jobs(self) -> Jobs:
        """The deployments; loaded when the first is asked for."""
        from hmls.server.jobs import Jobs

        return Jobs(self)

    @cached_property
    def reported(self) -> Reported:
        """What deployments found."""
        from hmls.server.reported import Reported

        return Reported(self)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """An error of ours goes to the log; the editor's user can do nothing about it."""
        if not isinstance(error, JsonRpcException):
            log.error("%s: %s", source, error, exc_info=error)


def make_server() -> Server:
    """A server that waits for a client. Which features it has is settled at `initialize`."""
    server = Server()

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        from hmls.server.features import register

        encoding = server.protocol.workspace.position_encoding
        server.session.initialize(params, str(encoding))
        server.abilities = abilities_of(params.capabilities)
        register(server)

    @server.feature(lsp.INITIALIZED)
    async def initialized(_params: lsp.InitializedParams) -> None:
        from hmls.server.start import end_when_told, start

        end_when_told(server)
        await start(server)

    @server.feature(lsp.SHUTDOWN)
    async def shutdown(_params: None) -> None:
        await server.jobs.close()
        await server.catalog.close()
        server.session.close()

    return server


def _is_failure(record: logging.LogRecord) -> bool:
    """Whether more happened than a refusal, which is told who asked, or a cancellation too late."""
    if record.exc_info is None:
        return not record.getMessage().startswith("Cancel notification for unknown message id")
    return not isinstance(record.exc_info[1], JsonRpcException)


def serve() -> None:
    """Speak LSP on standard input and output until the client goes."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_failure)
    # A request is a few hundred bytes: what matters is that evaluation gives way quickly.
    sys.setswitchinterval(0.002)
    make_server().start_io()
