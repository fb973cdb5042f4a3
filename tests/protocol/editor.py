"""An editor for tests: files with a cursor in them, and questions about it."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Union

from lsprotocol import types as lsp
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.checks import LspSpecificationWarning
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

from hmls.server.convert import path_of_uri
from hmls.syntax.text import LineIndex

CURSOR = "$0"
_PATIENCE_S = 120
"""How long is waited for what must come, on a machine that is busy with other tests."""


def _converter() -> Any:
    """lsprotocol's converter takes every code action that has a command for a bare command."""
    converter = default_converter()

    def action(value: Any, _: Any) -> lsp.Command | lsp.CodeAction:
        kind = lsp.Command if isinstance(value.get("command"), str) else lsp.CodeAction
        return converter.structure(value, kind)

    converter.register_structure_hook(lsp.Command | lsp.CodeAction, action)
    converter.register_structure_hook(Union[lsp.Command, lsp.CodeAction], action)  # noqa: UP007
    return converter


class Client(LanguageClient):
    """pytest-lsp's client, which also knows for which version of a text problems came."""

    def __init__(self) -> None:
        super().__init__(converter_factory=_converter)
        self.looked_at: dict[str, int] = {}
        self.news = asyncio.Condition()
        self.editor: Editor
        features = dict(DEFAULT_CLIENT_FEATURES)
        features[lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = _published
        features[lsp.WINDOW_SHOW_MESSAGE] = _shown
        features[lsp.WINDOW_LOG_MESSAGE] = _logged
        features[lsp.PROGRESS] = _progressed
        register_lsp_features(self, features)


async def _published(client: Client, params: lsp.PublishDiagnosticsParams) -> None:
    # Servers and clients may write the same URI in two ways: `@` and `%40`.
    path = path_of_uri(params.uri)
    uri = params.uri if path is None else Path(path).as_uri()
    client.diagnostics[uri] = params.diagnostics
    async with client.news:
        client.looked_at[uri] = params.version or 0
        client.news.notify_all()


async def _progressed(client: Client, params: lsp.ProgressParams) -> None:
    # The library takes a token that a command was given for one that nobody knows.
    with warnings.catch_warnings(category=LspSpecificationWarning, action="ignore"):
        DEFAULT_CLIENT_FEATURES[lsp.PROGRESS](client, params)
    async with client.news:
        client.news.notify_all()


async def _logged(client: Client, params: lsp.LogMessageParams) -> None:
    async with client.news:
        client.log_messages.append(params)
        client.news.notify_all()


async def _shown(client: Client, params: lsp.ShowMessageParams) -> None:
    async with client.news:
        client.messages.append(params)
        client.news.notify_all()


class Editor:
    def __init__(self, client: Client, root: Path) -> None:
        self.client = client
        self.root = root
        self.encoding: Any = "utf-16"
        self.watched: list[lsp.Registration] = []
        self.changed = asyncio.Event()
        """Set when the server says that the homes changed."""
        self.asked_anew = asyncio.Event()
        """Set when the server wants its hints and lenses to be asked for again."""
        self._open: set[str] = set()
        self._version = 0

        @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def register(params: lsp.RegistrationParams) -> None:
            self.watched.extend(params.registrations)

        @client.feature(lsp.WORKSPACE_INLAY_HINT_REFRESH)
        @client.feature(lsp.WORKSPACE_CODE_LENS_REFRESH)
        def anew(_params: Any) -> None:
            self.asked_anew.set()

        @client.feature("hmls/changed")
        def changed(_params: Any) -> None:
            self.changed.set()

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, name: str, text: str | None = None) -> lsp.TextDocumentPositionParams:
        """Open a file with a text, or as it is on disk; the position is that of the cursor."""
        text = (self.root / name).read_text() if text is None else text
        before = text.split(CURSOR)[0]
        content = text.replace(CURSOR, "", 1)
        self.close(name)
        self._open.add(name)
        self._version += 1
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(
                lsp.TextDocumentItem(self.uri(name), "nix", self._version, content)
            )
        )
        line, column = LineIndex(content.encode()).position(len(before.encode()), self.encoding)
        return lsp.TextDocumentPositionParams(
            lsp.TextDocumentIdentifier(self.uri(name)), lsp.Position(line, column)
        )

    def told(self, name: str, change: lsp.FileChangeType) -> None:
        """Tell the server of a file that another program wrote or removed."""
        event = lsp.FileEvent(self.uri(name), change)
        self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))

    def close(self, name: str) -> None:
        """Close a file; its buffer is gone, the file on disk counts again."""
        if name in self._open:
            self._open.remove(name)
            document = lsp.TextDocumentIdentifier(self.uri(name))
            self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))

    async def problems(self, name: str, text: str) -> list[lsp.Diagnostic]:
        """The problems of a file with a text, once the server has looked at this very text."""
        self.open(name, text)
        uri, version = self.uri(name), self._version
        async with self.client.news:
            await self.client.news.wait_for(lambda: self.client.looked_at.get(uri, 0) >= version)
        return list(self.client.diagnostics.get(uri, ()))

    async def problems_until(self, name: str, code: str | None) -> list[lsp.Diagnostic]:
        """The problems of a code in a file once there are any; with None, once there are none."""

        def found() -> list[lsp.Diagnostic]:
            return [p for p in self.found(name) if code is None or p.code == code]

        async with self.client.news:
            await asyncio.wait_for(
                self.client.news.wait_for(lambda: (found() == []) == (code is None)), _PATIENCE_S
            )
        return found()

    def found(self, name: str) -> list[lsp.Diagnostic]:
        """The problems of a file that the server has published last."""
        return list(self.client.diagnostics.get(self.uri(name), ()))

    async def actions(
        self, name: str, where: lsp.Range, problems: Sequence[lsp.Diagnostic] = ()
    ) -> list[lsp.CodeAction]:
        found = await self.client.text_document_code_action_async(
            lsp.CodeActionParams(
                lsp.TextDocumentIdentifier(self.uri(name)),
                where,
                lsp.CodeActionContext(list(problems)),
            )
        )
        return [action for action in found or () if isinstance(action, lsp.CodeAction)]

    async def fixed(self, name: str, text: str, problem: lsp.Diagnostic, title: str) -> str:
        """The text after a quick fix of a problem."""
        found = await self.actions(name, problem.range, [problem])
        action = next(action for action in found if action.title == title)
        assert action.edit is not None
        edits = [
            edit
            for change in action.edit.document_changes or ()
            if isinstance(change, lsp.TextDocumentEdit)
            for edit in change.edits
            if isinstance(edit, lsp.TextEdit)
        ]
        return self.apply(text.replace(CURSOR, "", 1), edits)

    def text_at(self, text: str, where: lsp.Range) -> str:
        """The text in a range."""
        start, end = self._offsets(text.encode(), where)
        return text.encode()[start:end].decode()

    def _offsets(self, content: bytes, where: lsp.Range) -> tuple[int, int]:
        lines = LineIndex(content)
        start = lines.offset(where.start.line, where.start.character, self.encoding)
        return start, lines.offset(where.end.line, where.end.character, self.encoding)

    async def complete(self, name: str, text: str) -> list[lsp.CompletionItem]:
        at = self.open(name, text)
        found = await self.client.text_document_completion_async(
            lsp.CompletionParams(at.text_document, at.position)
        )
        assert isinstance(found, lsp.CompletionList)
        return [_with_defaults(item, found.item_defaults) for item in found.items]

    async def completed(self, name: str, text: str, label: str) -> str:
        """The text of the file after an item was accepted."""
        item = next(i for i in await self.complete(name, text) if i.label == label)
        assert isinstance(item.text_edit, lsp.TextEdit)
        return self.apply(text.replace(CURSOR, "", 1), [item.text_edit])

    def apply(self, text: str, edits: list[lsp.TextEdit]) -> str:
        """The text with edits made, the last one first."""
        content = text.encode()
        offsets = [(*self._offsets(content, e.range), e.new_text.encode()) for e in edits]
        for start, end, new in sorted(offsets, reverse=True):
            content = content[:start] + new + content[end:]
        return content.decode()


def _with_defaults(
    item: lsp.CompletionItem, defaults: lsp.CompletionItemDefaults | None
) -> lsp.CompletionItem:
    """An item with what its list says for all, as LSP 3.17 has it."""
    if defaults is None:
        return item
    if item.data is None:
        item.data = defaults.data
    if item.commit_characters is None:
        item.commit_characters = defaults.commit_characters
    if item.text_edit is None and isinstance(defaults.edit_range, lsp.Range):
        new_text = item.text_edit_text or item.label
        item.text_edit = lsp.TextEdit(defaults.edit_range, new_text)
    return item
