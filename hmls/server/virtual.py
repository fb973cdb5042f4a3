"""Documents that are nowhere on disk: `hmls:` URIs, by the first part of their path."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from hmls.server.convert import uri_of_path

if TYPE_CHECKING:
    from hmls.deploy.preview import Document
    from hmls.server.app import Server

KEPT_PREVIEWS = 30
Content = Callable[[str], Awaitable[str | None]]
"""The text of a URI, or None if there is none."""


class Virtual:
    """Who makes which documents, and the previews that were made."""

    def __init__(self) -> None:
        self.makers: dict[str, Content] = {"preview": self._preview}
        self._previews: dict[str, str] = {}
        self._made = 0

    def add_preview(self, document: Document) -> str:
        """Keep a preview; its URI."""
        from hmls.deploy.preview import markdown

        self._made += 1
        uri = f"hmls:/preview/{self._made}.md"
        self._previews[uri] = markdown(document)
        while len(self._previews) > KEPT_PREVIEWS:
            self._previews.pop(next(iter(self._previews)))
        return uri

    def write_preview(self, uri: str, folder: str) -> str:
        """The same as a file, for clients that cannot open `hmls:` URIs; its `file:` URI."""
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, uri.rpartition("/")[2])
        with open(path, "w", encoding="utf-8") as file:
            file.write(self._previews[uri])
        return uri_of_path(path)

    async def text(self, uri: str) -> str | None:
        """The text of any `hmls:` URI."""
        parts = urlsplit(uri)
        maker = self.makers.get(parts.path.lstrip("/").split("/", 1)[0])
        return await maker(uri) if parts.scheme == "hmls" and maker is not None else None

    async def _preview(self, uri: str) -> str | None:
        return self._previews.get(uri)


def register(server: Server) -> None:
    options = lsp.TextDocumentContentOptions(["hmls"])

    @server.feature(lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT, options)
    async def content(params: lsp.TextDocumentContentParams) -> lsp.TextDocumentContentResult:
        text = await server.virtual.text(params.uri)
        if text is None:
            raise JsonRpcInvalidParams(f"there is no document {params.uri}")
        return lsp.TextDocumentContentResult(text)
