"""Symbols of a document and of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.symbols import Symbol
    from hmls.server.app import Server
    from hmls.server.convert import Converter
    from hmls.syntax.text import LineIndex

_KINDS = {
    "set": lsp.SymbolKind.Namespace,
    "setting": lsp.SymbolKind.Property,
    "option": lsp.SymbolKind.Field,
    "user": lsp.SymbolKind.Class,
    "host": lsp.SymbolKind.Module,
}


def register(server: Server) -> None:
    session = server.session

    @server.feature(lsp.WORKSPACE_SYMBOL)
    async def workspace_symbol(params: lsp.WorkspaceSymbolParams) -> list[lsp.SymbolInformation]:
        def work(view: View) -> list[lsp.SymbolInformation]:
            from hmls.ide.symbols import workspace_symbols

            return [
                lsp.SymbolInformation(
                    session.converter.location(view, found.place),
                    found.name,
                    _KINDS[found.kind],
                    container_name=found.container,
                )
                for found in workspace_symbols(view, params.query)
            ]

        return await session.ask_patiently(work) or []

    if server.session.settings.features.language:
        _register_outline(server)


def _register_outline(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbol(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol] | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> list[lsp.DocumentSymbol]:
            from hmls.ide.symbols import document_symbols

            lines = lines_of(view, path)
            return [_symbol(session.converter, lines, s) for s in document_symbols(view, path)]

        return await session.ask_patiently(work, path=path)


def _symbol(converter: Converter, lines: LineIndex, symbol: Symbol) -> lsp.DocumentSymbol:
    return lsp.DocumentSymbol(
        symbol.name,
        _KINDS[symbol.kind],
        converter.range(lines, symbol.start, symbol.end),
        converter.range(lines, symbol.name_start, symbol.name_end),
        children=[_symbol(converter, lines, child) for child in symbol.children],
    )
