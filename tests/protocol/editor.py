"""An editor for tests: files with a cursor in them, and questions about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pytest_lsp import LanguageClient

from hmls.syntax.text import LineIndex

CURSOR = "$0"


class Editor:
    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.encoding: Any = "utf-16"
        self.watched: list[lsp.Registration] = []
        self._open: set[str] = set()

        @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def register(params: lsp.RegistrationParams) -> None:
            self.watched.extend(params.registrations)

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, name: str, text: str | None = None) -> lsp.TextDocumentPositionParams:
        """Open a file with a text, or as it is on disk; the position is that of the cursor."""
        text = (self.root / name).read_text() if text is None else text
        before = text.split(CURSOR)[0]
        content = text.replace(CURSOR, "", 1)
        self.close(name)
        self._open.add(name)
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(self.uri(name), "nix", 1, content))
        )
        line, column = LineIndex(content.encode()).position(len(before.encode()), self.encoding)
        return lsp.TextDocumentPositionParams(
            lsp.TextDocumentIdentifier(self.uri(name)), lsp.Position(line, column)
        )

    def close(self, name: str) -> None:
        """Close a file; its buffer is gone, the file on disk counts again."""
        if name in self._open:
            self._open.remove(name)
            document = lsp.TextDocumentIdentifier(self.uri(name))
            self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))

    async def complete(self, name: str, text: str) -> list[lsp.CompletionItem]:
        at = self.open(name, text)
        found = await self.client.text_document_completion_async(
            lsp.CompletionParams(at.text_document, at.position)
        )
        assert isinstance(found, lsp.CompletionList)
        return list(found.items)

    async def completed(self, name: str, text: str, label: str) -> str:
        """The text of the file after an item was accepted."""
        item = next(i for i in await self.complete(name, text) if i.label == label)
        assert isinstance(item.text_edit, lsp.TextEdit)
        return self.apply(text.replace(CURSOR, "", 1), [item.text_edit])

    def apply(self, text: str, edits: list[lsp.TextEdit]) -> str:
        """The text with edits made, the last one first."""
        content = text.encode()
        lines = LineIndex(content)
        offsets = [
            (
                lines.offset(e.range.start.line, e.range.start.character, self.encoding),
                lines.offset(e.range.end.line, e.range.end.character, self.encoding),
                e.new_text.encode(),
            )
            for e in edits
        ]
        for start, end, new in sorted(offsets, reverse=True):
            content = content[:start] + new + content[end:]
        return content.decode()
