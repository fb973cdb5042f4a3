"""A source text that is evaluated, with its tree as long as somebody needs it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from hmls.syntax.parse import Node, Source, parse
from hmls.syntax.text import LineIndex

STRING = "«string»"
STDIN = "«stdin»"
"""What an expression that was given as a text has for the name of a file."""
Place = tuple[int, int, int]
"""Of a node: where it starts and ends in bytes, and its kind."""
_KEPT_TREES = 250
"""A tree takes sixty times the memory of its text, and few are asked for again."""
_recent: OrderedDict[Unit, Source]


class Unit:
    """One version of one file (or an expression given on the command line).

    Compiled code refers to nodes by byte range, so that a tree may be dropped and made again.
    """

    __slots__ = ("_lines", "_nodes", "path", "text")

    def __init__(self, path: str, text: bytes) -> None:
        self.path = path
        """On disk; for an expression from elsewhere, something in «guillemets»."""
        self.text = text
        self._lines: LineIndex | None = None
        self._nodes: dict[Place, Node] = {}

    @property
    def is_file(self) -> bool:
        return not self.path.endswith((STRING, STDIN))

    @property
    def shown_name(self) -> str:
        """The path as it is on disk, or the name of what is no file, without a folder."""
        return self.path if self.is_file else self.path.rpartition("/")[2]

    @property
    def lines(self) -> LineIndex:
        if self._lines is None:
            self._lines = LineIndex(self.text)
        return self._lines

    def source(self) -> Source:
        found = _recent.get(self)
        if found is None:
            found = _recent[self] = parse(self.text)
            _forget_beyond(_kept)
        else:
            _recent.move_to_end(self)
        return found

    def adopt(self, source: Source) -> None:
        """Use a tree that somebody else made of the same text."""
        _recent[self] = source
        _recent.move_to_end(self)

    def put_off(self, node: Node) -> Place:
        """The place of a node that will be compiled later, if ever.

        As long as the tree is kept `taken_up` finds the node at once, at any depth.
        """
        place = node.start_byte, node.end_byte, node.kind_id
        self._nodes[place] = node
        return place

    def taken_up(self, place: Place) -> Node:
        return self._nodes.pop(place, None) or self.node(*place)

    def node(self, start: int, end: int, kind: int) -> Node:
        """The node of a kind with exactly that range."""
        node = self.source().root.named_descendant_for_byte_range(start, end)
        while node is not None and (
            node.kind_id != kind or node.start_byte != start or node.end_byte != end
        ):
            node = node.parent
        assert node is not None
        return node


_recent = OrderedDict()
_kept = _KEPT_TREES


def _forget_beyond(count: int) -> None:
    while len(_recent) > count:
        forgotten, _ = _recent.popitem(last=False)
        forgotten._nodes.clear()


@contextmanager
def keeping_trees(count: int) -> Iterator[None]:
    """Keep so many trees for a while: for work that goes through many files again and again."""
    global _kept
    before, _kept = _kept, count
    try:
        yield
    finally:
        _kept = before
        _forget_beyond(before)
