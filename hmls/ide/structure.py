"""What of a file can be folded, and what a selection grows to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hmls.homes.workspace import View
from hmls.syntax.kinds import SETS, Kind
from hmls.syntax.parse import DEEPEST, Node, Source, node_at, walk

_FOLDED = frozenset((*SETS, Kind.LIST, Kind.LET, Kind.FORMALS, Kind.INDENTED_STRING))


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that can be hidden behind the first of them, counted from zero."""

    start_line: int
    end_line: int
    kind: Literal["region", "comment"]


def folds(view: View, path: str) -> list[Fold]:
    """Sets, lists, `let`s, arguments and long strings over several lines, runs of comments."""
    source = view.source(path)
    if source is None:
        return []
    found: dict[int, Fold] = {}
    comments: list[tuple[int, int]] = []
    for node in walk(source.root):
        start, end = _lines(source, node)
        if node.kind_id == Kind.COMMENT:
            comments.append((start, end))
        elif node.kind_id in _FOLDED and end - 1 > start and start not in found:
            # The line that closes the construct stays visible; a `let` ends at its `in`.
            found[start] = Fold(start, _end_of_let(source, node, end) - 1, "region")
    for start, end in _runs(comments):
        found.setdefault(start, Fold(start, end, "comment"))
    return sorted(found.values(), key=lambda fold: fold.start_line)


def selections(view: View, path: str, offset: int) -> list[tuple[int, int]]:
    """The ranges around a byte offset, from the innermost to the whole file."""
    source = view.source(path)
    if source is None:
        return []
    node: Node | None = node_at(source, offset)
    if node == source.root:
        return _outer_selections(source, offset)
    found: list[tuple[int, int]] = []
    while node is not None:
        span = node.start_byte, node.end_byte
        if span[0] <= offset <= span[1] and (not found or span != found[-1]):
            found.append(span)
        node = node.parent
    return found or [(0, len(source.text))]


def _outer_selections(source: Source, offset: int) -> list[tuple[int, int]]:
    """The ranges around an offset of which the innermost is nested too deeply to be found."""
    found = [(0, len(source.text))]
    cursor = source.root.walk()
    while len(found) < DEEPEST and cursor.goto_first_child_for_byte(offset) is not None:
        node = cursor.node
        assert node is not None
        if not node.start_byte <= offset <= node.end_byte:
            break
        if node.is_named and (node.start_byte, node.end_byte) != found[-1]:
            found.append((node.start_byte, node.end_byte))
    return found[::-1]


def _lines(source: Source, node: Node) -> tuple[int, int]:
    return source.lines.line_of(node.start_byte), source.lines.line_of(node.end_byte)


def _end_of_let(source: Source, node: Node, end: int) -> int:
    if node.kind_id != Kind.LET:
        return end
    for child in node.children:
        if child.type == "in":
            return source.lines.line_of(child.start_byte)
    return end


def _runs(comments: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of comments on lines that follow each other, of more than one line."""
    runs: list[tuple[int, int]] = []
    for start, end in comments:
        if runs and start == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [run for run in runs if run[1] > run[0]]
