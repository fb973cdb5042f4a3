"""References and highlights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.server.app import Server


def register(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def find_references(params: lsp.ReferenceParams) -> list[lsp.Location] | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None
        definitions = params.context.include_declaration

        def work(view: View) -> list[lsp.Location]:
            from hmls.ide.references import references

            offset = session.converter.offset(lines_of(view, path), params.position)
            if session.leaves(view, path, offset):
                return []
            found = references(view, path, offset, definitions=definitions)
            return [session.converter.location(view, place) for place in found]

        return await session.ask_patiently(work, path=path)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    async def highlight(params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight] | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> list[lsp.DocumentHighlight]:
            from hmls.ide.references import highlights

            lines = lines_of(view, path)
            offset = session.converter.offset(lines, params.position)
            if session.leaves(view, path, offset):
                return []
            return [
                lsp.DocumentHighlight(
                    session.converter.range(lines, found.place.start, found.place.end),
                    lsp.DocumentHighlightKind.Write
                    if found.is_definition
                    else lsp.DocumentHighlightKind.Read,
                )
                for found in highlights(view, path, offset)
            ]

        return await session.ask_patiently(work, path=path)
