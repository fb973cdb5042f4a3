"""Completion over LSP."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

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
_COMMIT = ["."]
"""What may be typed on behind a group of options."""
_TRIGGERS = [".", "/", '"', "@", "#"]


def register(server: Server) -> None:
    session = server.session
    latest = _Latest(0, {})
    task: asyncio.Task[None] | None = None

    options = lsp.CompletionOptions(trigger_characters=_TRIGGERS, resolve_provider=True)

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, options)
    async def completion(params: lsp.CompletionParams) -> Plain | None:
        nonlocal latest, task
        from hmls.server.engine import Priority

        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> tuple[list[Item], LineIndex]:
            from hmls.ide.completion import complete

            lines = lines_of(view, path)
            items = complete(view, path, session.converter.offset(lines, params.position))
            return _ours(session, view, params, items), lines

        found = await session.ask_patiently(work, path=path)
        if found is None:
            return None
        items, lines = found
        if any(item.narrows for item in items) and (task is None or task.done()):
            rest = partial(_evaluate, path=path)
            task = asyncio.ensure_future(session.ask_patiently(rest, Priority.FILE))
        latest = _Latest(latest.number + 1, {item.label: item for item in items})
        return Plain(_list(session, lines, items, latest.number))

    @server.feature(lsp.COMPLETION_ITEM_RESOLVE)
    def resolve(item: lsp.CompletionItem) -> lsp.CompletionItem:
        known = latest.items.get(item.label) if item.data == latest.number else None
        if known is None:
            return item
        text = known.documentation if known.explain is None else known.explain()
        if text:
            item.documentation = lsp.MarkupContent(lsp.MarkupKind.Markdown, text)
        return item


def _ours(
    session: Session, view: View, params: lsp.CompletionParams, items: list[Item]
) -> list[Item]:
    """The items that are not left to the other server for Nix that runs."""
    features, context = session.settings.features, params.context
    if not features.language:
        items = [item for item in items if not item.is_language]
    is_continued = (
        context is not None
        and context.trigger_kind is lsp.CompletionTriggerKind.TriggerForIncompleteCompletions
    )
    # Of those that go on with a list most ask nobody but us, whose list it is.
    if not features.packages and not (is_continued and not session.asks_all_again):
        from hmls.ide.nixpkgs import names_of_nixpkgs

        path = path_of_uri(params.text_document.uri)
        if path is not None:
            offset = session.converter.offset(lines_of(view, path), params.position)
            left = names_of_nixpkgs(view, path, offset, [item.label for item in items])
            items = [item for item in items if item.label not in left]
    return items


def _evaluate(view: View, path: str) -> None:
    """What names of options wait for, after what is known was given."""
    from hmls.homes.offered import evaluate_awaited

    repository = view.repository(path)
    if repository is not None:
        evaluate_awaited(repository, path)


class _Latest(NamedTuple):
    """The items that were given last: no two have the same label."""

    number: int
    """Counts the lists, so that an item says which it is of."""
    items: dict[str, Item]


def without_places(snippet: str) -> str:
    """A snippet as plain text: what stands at its places at first stays."""
    return _PLACEHOLDER.sub(r"\1", snippet)


def _list(session: Session, lines: LineIndex, items: list[Item], number: int) -> dict[str, Any]:
    """An LSP CompletionList, in the form of JSON.

    Of hundreds of items most of the time goes into writing and reading them, so that what they
    have in common is said once, to clients that know of it.
    """
    found: dict[str, Any] = {"isIncomplete": any(item.narrows for item in items)}
    defaults: dict[str, Any] = {}
    span = None
    if items and "data" in session.item_defaults:
        defaults["data"] = number
    if items and "editRange" in session.item_defaults:
        span = Counter((item.start, item.end) for item in items).most_common(1)[0][0]
        defaults["editRange"] = _range(session, lines, *span)
    can_commit = session.can_commit
    groups = sum(item.is_group for item in items) if can_commit else 0
    by_default = "commitCharacters" in session.item_defaults and 2 * groups > len(items)
    if by_default:
        defaults["commitCharacters"] = _COMMIT
    if defaults:
        found["itemDefaults"] = defaults
    data = {} if "data" in defaults else {"data": number}
    ranges: dict[tuple[int, int], dict[str, Any]] = {}
    width = len(str(len(items)))
    found["items"] = made = []
    for place, item in enumerate(items):
        snippet = item.is_snippet and session.can_snippets
        text = without_places(item.text) if item.is_snippet and not snippet else item.text
        one: dict[str, Any] = {
            "label": item.label,
            "kind": _KINDS[item.kind],
            "sortText": item.sort_key or str(place).zfill(width),
            **data,
        }
        own = item.start, item.end
        if own != span:
            if own not in ranges:
                # Nearly all have the same, and to count characters takes time.
                ranges[own] = _range(session, lines, *own)
            one["textEdit"] = {"range": ranges[own], "newText": text}
        elif text != item.label:
            one["textEditText"] = text
        if item.detail:
            one["detail"] = item.detail
        if item.filter_text:
            one["filterText"] = item.filter_text
        if can_commit and item.is_group != by_default:
            one["commitCharacters"] = _COMMIT if item.is_group else []
        if snippet:
            one["insertTextFormat"] = lsp.InsertTextFormat.Snippet
        made.append(one)
    return found


def _range(session: Session, lines: LineIndex, start: int, end: int) -> dict[str, Any]:
    where = session.converter.range(lines, start, end)
    return {"start": _position(where.start), "end": _position(where.end)}


def _position(position: lsp.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}
