"""Links on the paths in a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri, uri_of_path

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.server.app import Server


def register(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_LINK)
    async def document_link(params: lsp.DocumentLinkParams) -> list[lsp.DocumentLink] | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> list[lsp.DocumentLink]:
            from hmls.ide.links import document_links

            lines = lines_of(view, path)
            return [
                lsp.DocumentLink(
                    session.converter.range(lines, link.start, link.end), uri_of_path(link.target)
                )
                for link in document_links(view, path)
            ]

        return await session.ask_patiently(work, path=path)
