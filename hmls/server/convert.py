"""Between LSP's positions and URIs and the bytes and paths inside. Nothing else converts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types as lsp

from hmls.syntax.text import Encoding, LineIndex

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.types import Place

_ENCODINGS: dict[str, Encoding] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}


def path_of_uri(uri: str) -> str | None:
    """The path of a `file:` URI, or None for any other, and for what can be no path."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    path = unquote(parts.path, errors="surrogateescape")
    if "\0" in path:
        return None  # No file can be called so.
    # An editor may write `file:///a//b`; paths inside are normalized.
    return path.rstrip("/") or "/"


def uri_of_path(path: str) -> str:
    return "file://" + quote(path.encode("utf-8", "surrogateescape"), safe="/~@:!$&'()*+,;=")


class Converter:
    """Positions in the encoding that was agreed on with the client."""

    def __init__(self, encoding: str = "utf-16") -> None:
        self.encoding: Encoding = _ENCODINGS.get(encoding, "utf-16")

    def offset(self, lines: LineIndex, position: lsp.Position) -> int:
        return lines.offset(position.line, position.character, self.encoding)

    def position(self, lines: LineIndex, offset: int) -> lsp.Position:
        return lsp.Position(*lines.position(offset, self.encoding))

    def range(self, lines: LineIndex, start: int, end: int) -> lsp.Range:
        return lsp.Range(self.position(lines, start), self.position(lines, end))

    def location(self, view: View, place: Place) -> lsp.Location:
        lines = lines_of(view, place.path)
        return lsp.Location(uri_of_path(place.path), self.range(lines, place.start, place.end))

    def link(self, view: View, place: Place, origin: lsp.Range | None) -> lsp.LocationLink:
        """A place with the range around it and the range that was asked from."""
        lines = lines_of(view, place.path)
        target = self.range(lines, place.start, place.end)
        whole = target
        if place.around is not None:
            whole = self.range(lines, *place.around)
        return lsp.LocationLink(uri_of_path(place.path), whole, target, origin)

    def apply(self, text: bytes, changes: Iterable[lsp.TextDocumentContentChangeEvent]) -> bytes:
        """The text after the edits of a didChange, one after the other."""
        for change in changes:
            content = change.text.encode("utf-8", "surrogatepass")
            if isinstance(change, lsp.TextDocumentContentChangeWholeDocument):
                text = content
                continue
            lines = LineIndex(text)
            start = self.offset(lines, change.range.start)
            end = self.offset(lines, change.range.end)
            text = text[:start] + content + text[max(start, end) :]
        return text


def lines_of(view: View, path: str) -> LineIndex:
    """The lines of a file as it is in the editor; of none if it cannot be read."""
    source = view.source(path)
    return LineIndex(b"") if source is None else source.lines
