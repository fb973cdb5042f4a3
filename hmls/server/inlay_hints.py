"""Inlay hints over LSP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.inlay_hints import Hint
    from hmls.server.app import Server
    from hmls.syntax.text import LineIndex


def register(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hint(params: lsp.InlayHintParams) -> list[lsp.InlayHint] | None:
        from hmls.server.engine import Priority

        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> list[lsp.InlayHint]:
            from hmls.ide.inlay_hints import inlay_hints

            lines = lines_of(view, path)
            start = session.converter.offset(lines, params.range.start)
            end = session.converter.offset(lines, params.range.end)
            root = view.snapshot.root_of(path)
            focus = None if root is None else session.focused(root)
            found = inlay_hints(view, path, start, max(end, start + 1), focus)
            return [_hint(server, view, lines, hint) for hint in found]

        return await session.ask_patiently(work, Priority.FILE, path=path)


def _hint(server: Server, view: View, lines: LineIndex, hint: Hint) -> lsp.InlayHint:
    converter = server.session.converter
    location = None if hint.place is None else converter.location(view, hint.place)
    return lsp.InlayHint(
        converter.position(lines, hint.offset),
        [lsp.InlayHintLabelPart(hint.text, location=location)],
        tooltip=hint.tooltip,
        padding_left=True,
    )
