"""Where in an unfinished text the cursor is: the text is made whole in the likeliest way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hmls.syntax.cursor import Context, context_at
from hmls.syntax.kinds import Kind
from hmls.syntax.parse import Node, Source, node_at, parse, walk
from hmls.syntax.unfinished import endings, needs_look

_MARKER = b"hmlsmarker"
_ENDINGS = (b"", b" = null;", b";")
_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'-"

_QUICKLY_PARSED = 200_000
"""Bytes that are parsed in some hundredths of a second."""
_LONGEST = 4000
_LONG_NAME = re.compile(rb"[\w.'-]{%d}\Z" % _LONGEST)
"""What nobody completes, and what tree-sitter reads anew at each dot: it may be a path's start."""


@dataclass(frozen=True, slots=True)
class CompletionPlace:
    """The context of the cursor in a text that parses, and what was typed of the name so far.

    `start` to `end` is the name in the real text. `before` is the real text up to the name
    on its line.
    """

    context: Context
    source: Source
    typed: str
    start: int
    end: int
    before: str
    in_quotes: bool = False
    """The name is written in quotes, which the range leaves out."""


def find_place(source: Source, offset: int) -> CompletionPlace | None:
    """The place of a byte offset, or None in comments and the like."""
    text = source.text
    start, end = name_around(text, offset)
    if _LONG_NAME.search(text, max(0, offset - _LONGEST), offset) is not None:
        return None
    best = _best(source, offset)
    context = context_at(best, offset + 1)
    if context is None:
        return None
    quoted = _quoted(best, text, offset)
    if quoted is not None:
        start, end = quoted
    line_start = text.rfind(b"\n", 0, start) + 1
    before = text[line_start:start].decode("utf-8", "replace")
    typed = text[start:offset].decode("utf-8", "replace")
    return CompletionPlace(context, best, typed, start, end, before, quoted is not None)


def _quoted(best: Source, text: bytes, offset: int) -> tuple[int, int] | None:
    """The range of what is between the quotes of the name at the offset, None for other names."""
    node: Node | None = node_at(best, offset + 1)
    while node is not None and node.kind_id != Kind.STRING:
        if node.kind_id in (Kind.INTERPOLATION, Kind.BINDING):
            return None
        node = node.parent
    parent = None if node is None else node.parent
    if node is None or parent is None or not node.start_byte < offset < node.end_byte:
        return None
    if parent.kind_id != Kind.ATTRPATH and parent.type != "inherited_attrs":
        return None
    end = node.end_byte - len(_MARKER) - 1
    is_closed = offset <= end < len(text) and text[end : end + 1] == b'"'
    if any(child.kind_id == Kind.INTERPOLATION for child in node.named_children):
        return None
    return node.start_byte + 1, end if is_closed else offset


def _best(source: Source, offset: int) -> Source:
    """The text with a name at the offset, made whole so that the least of it is wrong."""
    text = source.text
    best: tuple[int, Source] | None = None
    for patched in _candidates(text, offset):
        made = parse(patched, source)
        if made.has_error and len(text) <= _QUICKLY_PARSED:
            # What tree-sitter makes of an error depends on the tree that it began with.
            made = parse(patched)
        errors = _errors(made)
        if best is None or errors < best[0]:
            best = (errors, made)
        if errors == 0:
            break
    assert best is not None
    return best[1]


def _candidates(text: bytes, offset: int) -> Iterator[bytes]:
    """Texts with the marker at the offset, which keeps a name there where nothing was typed."""
    ends = endings(text, offset) if needs_look(text, offset) else None
    before = text[:offset] if ends is None else ends.before
    for ending in _ENDINGS:
        yield before + _MARKER + ending + text[offset:]
    ends = ends or endings(text, offset)
    for rest in ends.whole:
        yield ends.before + _MARKER + rest


def name_around(text: bytes, offset: int) -> tuple[int, int]:
    """The range of the name that the cursor is in or behind."""
    start = end = offset
    while start > 0 and text[start - 1] in _NAME:
        start -= 1
    while end < len(text) and text[end] in _NAME:
        end += 1
    return start, end


def without_marker(text: str) -> str:
    """A text of the patched source as the user wrote it."""
    return text.replace(_MARKER.decode(), "")


def _errors(source: Source) -> int:
    """How much of a tree is wrong: bytes in error nodes, and missing nodes."""
    if not source.has_error:
        return 0
    total = 0
    for node in walk(source.root):
        if node.is_missing:
            total += 1
        elif node.is_error:
            total += 1 + node.end_byte - node.start_byte
    return total
