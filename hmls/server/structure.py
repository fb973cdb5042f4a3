"""Folding and growing selections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.server.app import Server

_KINDS = {"region": lsp.FoldingRangeKind.Region, "comment": lsp.FoldingRangeKind.Comment}


def register(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folding_range(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange] | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> list[lsp.FoldingRange]:
            from hmls.ide.structure import folds

            return [
                lsp.FoldingRange(fold.start_line, fold.end_line, kind=_KINDS[fold.kind])
                for fold in folds(view, path)
            ]

        return await session.ask_patiently(work, path=path)

    @server.feature(lsp.TEXT_DOCUMENT_SELECTION_RANGE)
    async def selection_range(params: lsp.SelectionRangeParams) -> list[lsp.SelectionRange] | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> list[lsp.SelectionRange] | None:
            if view.source(path) is None:
                return None
            lines = lines_of(view, path)
            offsets = [session.converter.offset(lines, at) for at in params.positions]
            return [_nested(view, offset) for offset in offsets]

        def _nested(view: View, offset: int) -> lsp.SelectionRange:
            from hmls.ide.structure import selections

            lines = lines_of(view, path)
            outer: lsp.SelectionRange | None = None
            for start, end in reversed(selections(view, path, offset)):
                outer = lsp.SelectionRange(session.converter.range(lines, start, end), outer)
            assert outer is not None
            return outer

        return await session.ask_patiently(work, path=path)
