"""Completion over LSP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri
from hmls.server.protocol import Plain

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.completion import Item
    from hmls.server.app import Server
    from hmls.server.session import Session
    from hmls.syntax.text import LineIndex

_KINDS = {
    "user": lsp.CompletionItemKind.Class,
    "host": lsp.CompletionItemKind.Module,
    "folder": lsp.CompletionItemKind.Folder,
    "file": lsp.CompletionItemKind.File,
    "option": lsp.CompletionItemKind.Property,
    "value": lsp.CompletionItemKind.Value,
    "variable": lsp.CompletionItemKind.Variable,
    "function": lsp.CompletionItemKind.Function,
    "package": lsp.CompletionItemKind.Constant,
}
_PLACEHOLDER = re.compile(r"\$\{\d+:([^}]*)\}|\$\d+")
"""What is a place to fill in in a snippet; the group is what stands there at first."""
_TRIGGERS = [".", "/", '"', "@", "#"]


def register(server: Server) -> None:
    session = server.session
    latest: dict[int, Item] = {}

    options = lsp.CompletionOptions(trigger_characters=_TRIGGERS, resolve_provider=True)

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, options)
    async def completion(params: lsp.CompletionParams) -> Plain | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> Plain:
            from hmls.ide.completion import complete

            lines = lines_of(view, path)
            offset = session.converter.offset(lines, params.position)
            items = complete(view, path, offset)
            if not session.settings.features.language:
                items = [item for item in items if not item.is_language]
            latest.clear()
            latest.update(enumerate(items))
            is_incomplete = any(item.narrows for item in items)
            found = _items(session, lines, items)
            return Plain({"isIncomplete": is_incomplete, "items": found})

        return await session.ask_patiently(work, path=path)

    @server.feature(lsp.COMPLETION_ITEM_RESOLVE)
    def resolve(item: lsp.CompletionItem) -> lsp.CompletionItem:
        known = latest.get(item.data) if isinstance(item.data, int) else None
        if known is None or known.label != item.label:
            return item
        text = known.documentation if known.explain is None else known.explain()
        if text:
            item.documentation = lsp.MarkupContent(lsp.MarkupKind.Markdown, text)
        return item


def without_places(snippet: str) -> str:
    """A snippet as plain text: what stands at its places at first stays."""
    return _PLACEHOLDER.sub(r"\1", snippet)


def _items(session: Session, lines: LineIndex, items: list[Item]) -> list[dict[str, Any]]:
    """Each as an LSP CompletionItem, in the form of JSON."""
    ranges: dict[tuple[int, int], dict[str, Any]] = {}
    for item in items:
        # Nearly all have the same, and to count characters takes time.
        span = item.start, item.end
        if span not in ranges:
            where = session.converter.range(lines, *span)
            ranges[span] = {"start": _position(where.start), "end": _position(where.end)}
    return [
        _item(session, ranges[item.start, item.end], number, item)
        for number, item in enumerate(items)
    ]


def _position(position: lsp.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}


def _item(session: Session, where: dict[str, Any], number: int, item: Item) -> dict[str, Any]:
    snippet = item.is_snippet and session.can_snippets
    text = without_places(item.text) if item.is_snippet and not snippet else item.text
    found = {
        "label": item.label,
        "kind": _KINDS[item.kind],
        "sortText": item.sort_key or f"{number:05}",
        "textEdit": {"range": where, "newText": text},
        "data": number,
    }
    if item.detail:
        found["detail"] = item.detail
    if item.filter_text:
        found["filterText"] = item.filter_text
    if item.is_group and session.can_commit:
        found["commitCharacters"] = ["."]
    if snippet:
        found["insertTextFormat"] = lsp.InsertTextFormat.Snippet
    return found
