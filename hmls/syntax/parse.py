"""Bytes to a tree-sitter tree, in full or from an earlier version of the same text."""

import threading
from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import tree_sitter
import tree_sitter_nix

from hmls.syntax.mend import mend
from hmls.syntax.text import LineIndex

Node = tree_sitter.Node
Query = tree_sitter.Query
QueryCursor = tree_sitter.QueryCursor
LANGUAGE = tree_sitter.Language(tree_sitter_nix.language())
MAX_BYTES = 1 << 20
"""Larger files are not parsed: tree-sitter holds the interpreter lock while it parses, and a tree
with what is compiled of it takes sixty times the memory of its text."""
DEEPEST = 400
"""Levels of a tree that places are looked up in. People write some thirty; tree-sitter finds a
node's parent from the root downwards, so that going up from the bottom of many takes forever."""
_local = threading.local()


@dataclass(frozen=True, eq=False)
class Source:
    """A text and its tree. `mended` is what the tree was made of (see `syntax.mend`)."""

    text: bytes
    mended: bytes
    tree: tree_sitter.Tree
    _deep: list[tuple[int, int]] = field(default_factory=list, repr=False)
    """Ranges below DEEPEST levels, as far as somebody has come upon them; sorted."""

    @property
    def root(self) -> Node:
        return self.tree.root_node

    @cached_property
    def lines(self) -> LineIndex:
        return LineIndex(self.text)

    @property
    def has_error(self) -> bool:
        return self.tree.root_node.has_error

    def is_deep(self, offset: int) -> bool:
        """Whether the byte at an offset is nested in more than DEEPEST levels."""
        after = bisect_right(self._deep, (offset, len(self.text) + 1))
        if after and offset < self._deep[after - 1][1]:
            return True
        cursor = self.root.walk()
        for _ in range(DEEPEST):
            if cursor.goto_first_child_for_byte(offset) is None:
                return False
        node = cursor.node
        if node is None or not node.start_byte <= offset < node.end_byte:
            return False
        insort(self._deep, (node.start_byte, node.end_byte))
        return True


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """A place that is no Nix, as byte offsets, in words like Nix's own."""

    start_byte: int
    end_byte: int
    message: str


def parse(text: bytes, previous: Source | None = None) -> Source:
    """Parse `text`; where it differs little from `previous`, only the difference is parsed.

    `previous` stays as it is. Nothing is raised on any bytes; a text over MAX_BYTES
    gives the tree of an empty file.
    """
    if len(text) > MAX_BYTES:
        return Source(text, b"", _parser().parse(b""))
    mended = mend(text)
    if previous is None or not previous.mended:
        return Source(text, mended, _parser().parse(mended))
    if previous.mended == mended:
        return Source(text, mended, previous.tree)
    old_tree = previous.tree.copy()
    start, old_end, new_end = _difference(previous.mended, mended)
    old_lines, new_lines = previous.lines, LineIndex(text)
    old_tree.edit(
        start_byte=start,
        old_end_byte=old_end,
        new_end_byte=new_end,
        start_point=_point(new_lines, start),
        old_end_point=_point(old_lines, old_end),
        new_end_point=_point(new_lines, new_end),
    )
    return Source(text, mended, _parser().parse(mended, old_tree))


def syntax_problems(source: Source) -> list[SyntaxProblem]:
    """The errors of a tree in the order of the text; the innermost where they nest."""
    if not source.has_error:
        return []
    return list(_problems(source))


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text, without recursion."""
    cursor = node.walk()
    while True:
        current = cursor.node
        assert current is not None
        yield current
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def depth(node: Node, enough: int) -> int:
    """How many levels there are below a node; those beyond `enough` are not counted."""
    cursor = node.walk()
    deepest = 0
    while deepest <= enough:
        deepest = max(deepest, cursor.depth)
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return deepest
    return deepest


def named_at(source: Source, start: int, end: int) -> Node | None:
    """The smallest named node around a range of bytes; None where it is nested too deeply."""
    if source.is_deep(start):
        return None
    return source.root.named_descendant_for_byte_range(start, end)


def node_at(source: Source, offset: int) -> Node:
    """The smallest named node around a byte offset; between two tokens, the one before it.

    Of what is nested too deeply nothing is known: there it is the whole file.
    """
    root = source.root
    if source.is_deep(offset) or (offset > 0 and source.is_deep(offset - 1)):
        return root
    node = root.named_descendant_for_byte_range(offset, offset) or root
    if offset > 0:
        before = root.named_descendant_for_byte_range(offset - 1, offset)
        if (
            before is not None
            and before.end_byte - before.start_byte < node.end_byte - node.start_byte
        ):
            return before
    return node


def _problems(source: Source) -> Iterator[SyntaxProblem]:
    for node in walk(source.root):
        if node.is_missing and not _is_empty_inherit(node):
            start = node.start_byte
            yield SyntaxProblem(start, start, f"syntax error, expecting {_name(node.type)}")
        elif node.is_error and not any(child.has_error for child in node.named_children):
            yield _unexpected(source, node)


def _is_empty_inherit(node: Node) -> bool:
    """Whether what is missing are the names of an `inherit;`, which needs none."""
    return node.parent is not None and node.parent.type == "inherited_attrs"


def _unexpected(source: Source, node: Node) -> SyntaxProblem:
    content = source.text[node.start_byte : node.end_byte]
    if len(content) > 40 or b"\n" in content:
        # tree-sitter gave up on a long stretch: what is wrong is at its end.
        end = node.end_byte
        stretch_end = end >= len(source.text.rstrip())
        message = "unexpected end of file" if stretch_end else "unexpected text"
        first_line_end = node.start_byte + len(content.split(b"\n", 1)[0])
        return SyntaxProblem(node.start_byte, first_line_end, f"syntax error, {message}")
    shown = content.decode("utf-8", "replace")
    return SyntaxProblem(node.start_byte, node.end_byte, f"syntax error, unexpected '{shown}'")


def _name(kind: str) -> str:
    return kind if kind.isidentifier() and len(kind) > 1 else f"'{kind}'"


def _difference(old: bytes, new: bytes) -> tuple[int, int, int]:
    """(start, old end, new end) of the one stretch in which two texts differ."""
    limit = min(len(old), len(new))
    start = _common(lambda n: old[:n] == new[:n], limit)
    tail = _common(lambda n: old[len(old) - n :] == new[len(new) - n :], limit - start)
    return start, len(old) - tail, len(new) - tail


def _common(equal: Callable[[int], bool], limit: int) -> int:
    """The largest n up to `limit` for which the first (or last) n bytes are equal."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if equal(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _point(lines: LineIndex, offset: int) -> tuple[int, int]:
    # tree-sitter ends a line at "\n" only.
    row = lines.text.count(b"\n", 0, offset)
    return row, offset - (lines.text.rfind(b"\n", 0, offset) + 1)


def _parser() -> tree_sitter.Parser:
    parser: tree_sitter.Parser | None = getattr(_local, "parser", None)
    if parser is None:
        parser = _local.parser = tree_sitter.Parser(LANGUAGE)
    return parser
