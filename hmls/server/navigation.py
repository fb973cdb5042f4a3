"""Definition and declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.definition import Found
    from hmls.server.app import Server

_Answer = list[lsp.Location] | list[lsp.LocationLink] | None


def register(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def go_to_definition(params: lsp.DefinitionParams) -> _Answer:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> _Answer:
            from hmls.ide.definition import definition

            offset = session.converter.offset(lines_of(view, path), params.position)
            if session.leaves_place(view, path, offset):
                return None
            return _answer(server, view, path, definition(view, path, offset))

        return await session.ask_patiently(work, path=path)

    @server.feature(lsp.TEXT_DOCUMENT_DECLARATION)
    async def go_to_declaration(params: lsp.DeclarationParams) -> _Answer:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> _Answer:
            from hmls.ide.definition import declaration

            offset = session.converter.offset(lines_of(view, path), params.position)
            if session.leaves_place(view, path, offset):
                return None
            return _answer(server, view, path, declaration(view, path, offset))

        return await session.ask_patiently(work, path=path)


def _answer(server: Server, view: View, path: str, found: Found | None) -> _Answer:
    if found is None or not found.places:
        return None
    converter = server.session.converter
    if not server.session.can_links:
        return [converter.location(view, place) for place in found.places]
    origin = converter.range(lines_of(view, path), found.start, found.end)
    return [converter.link(view, place, origin) for place in found.places]
