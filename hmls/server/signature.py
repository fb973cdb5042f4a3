"""Signature help over LSP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.server.app import Server


def register(server: Server) -> None:
    session = server.session
    options = lsp.SignatureHelpOptions(trigger_characters=[" ", "("])

    @server.feature(lsp.TEXT_DOCUMENT_SIGNATURE_HELP, options)
    async def signature_help(params: lsp.SignatureHelpParams) -> lsp.SignatureHelp | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> lsp.SignatureHelp | None:
            from hmls.ide.signature import signature

            offset = session.converter.offset(lines_of(view, path), params.position)
            found = signature(view, path, offset)
            if found is None:
                return None
            documentation = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.documentation)
            parameters = [
                lsp.ParameterInformation(found.label[start:end]) for start, end in found.parameters
            ]
            made = lsp.SignatureInformation(
                found.label,
                documentation if found.documentation else None,
                parameters,
                found.active,
            )
            return lsp.SignatureHelp([made], 0, found.active)

        return await session.ask_patiently(work, path=path)
