"""Paths as files write them: literals, and strings that are added to one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hmls.syntax.attrpath import node_text
from hmls.syntax.kinds import STRINGS, Field, Kind
from hmls.syntax.parse import Node, Source, node_at
from hmls.syntax.scopes import find_binder, root_path

_SELF = (("self",), ("inputs", "self"), ("self", "outPath"), ("inputs", "self", "outPath"))
PathOf = Callable[[tuple[str, ...]], str | None]
"""The absolute path that an attribute of an argument is, None if it is none."""
_LONGEST = 4096
"""Bytes of a path that Linux opens."""
_MOST_STEPS = 20
"""Names and parentheses that one is followed through."""


@dataclass(frozen=True, slots=True)
class PathText:
    """The piece of a path that is written out. `start` to `end` are its bytes.

    `folder` is where it starts, absolute; `is_whole` says that nothing computed follows.
    """

    folder: str
    text: str
    start: int
    end: int
    is_whole: bool

    @property
    def target(self) -> str:
        """The absolute path that it leads to."""
        return _joined(self.folder, self.text)

    def segments(self) -> Iterator[tuple[str, int, str]]:
        """(name, its first byte, absolute path up to and with it) of each part."""
        offset = 0
        for name in self.text.split("/"):
            if name:
                upto = _joined(self.folder, self.text[: offset + len(name)])
                yield name, self.start + len(self.text[:offset].encode()), upto
            offset += len(name) + 1


def path_text_at(
    source: Source, path: str, root: str, offset: int, evaluate: PathOf | None = None
) -> PathText | None:
    """The path that is written at a byte offset of a file of a flake.

    `evaluate` is asked what path an argument of the file is, where a text is added to one.
    """
    node: Node | None = node_at(source, offset)
    if node is not None and node.type in ("path_fragment", "string_fragment"):
        node = node.parent
    if node is None or node.end_byte - node.start_byte > _LONGEST:
        return None
    if node.kind_id == Kind.PATH:
        pieces = [c for c in node.named_children if c.kind_id == Kind.INTERPOLATION]
        end = pieces[0].start_byte if pieces else node.end_byte
        if offset > end:
            return None
        text = source.text[node.start_byte : end].decode("utf-8", "replace")
        left = _added_to(node)
        if left is not None and text.startswith("/"):
            folder = _folder(left, path, root, evaluate)
            return (
                None if folder is None else PathText(folder, text, node.start_byte, end, not pieces)
            )
        folder = "" if text.startswith("/") else os.path.dirname(path)
        return PathText(folder, text, node.start_byte, end, not pieces)
    if node.kind_id in STRINGS:
        return _in_string(source, path, root, node, evaluate)
    return None


def _in_string(
    source: Source, path: str, root: str, node: Node, evaluate: PathOf | None
) -> PathText | None:
    """`folder + "/alice@global"` and `"${./.}/alice@global"`."""
    children = [c for c in node.named_children if c.type != "string_fragment"]
    quote = 1 if node.kind_id == Kind.STRING else 2
    start, end = node.start_byte + quote, node.end_byte - quote
    if children and children[0].kind_id == Kind.INTERPOLATION and children[0].start_byte == start:
        inner = children[0].child_by_field_id(Field.EXPRESSION)
        folder = None if inner is None else _folder(inner, path, root, evaluate)
        start, children = children[0].end_byte, children[1:]
    else:
        left = _added_to(node)
        folder = None if left is None else _folder(left, path, root, evaluate)
    if children:
        end = children[0].start_byte
    text = source.text[start:end].decode("utf-8", "replace")
    if folder is None or not text.startswith("/") or "\\" in text:
        return None
    return PathText(folder, text, start, end, not children)


def _added_to(node: Node) -> Node | None:
    """What stands on the left of the `+` that an expression is on the right of."""
    parent = node.parent
    if parent is None or parent.kind_id != Kind.BINARY or parent.child_count != 3:
        return None
    left, operator = parent.children[0], parent.children[1]
    return left if operator.type == "+" and left != node else None


def _folder(node: Node, path: str, root: str, evaluate: PathOf | None) -> str | None:
    """The absolute path that an expression is, for literals, names of them and the flake itself."""
    for _ in range(_MOST_STEPS):
        if node.kind_id == Kind.PARENTHESIZED:
            inner = node.child_by_field_id(Field.EXPRESSION)
        elif node.kind_id == Kind.VARIABLE:
            binder = find_binder(node_text(node), node)
            inner = binder.value if binder is not None and binder.kind in ("let", "rec") else None
        else:
            break
        if inner is None:
            break
        node = inner
    if node.kind_id == Kind.PATH:
        text = node_text(node)
        return None if "$" in text else _joined(os.path.dirname(path), text)
    names = root_path(node)
    if names in _SELF:
        return root
    return None if names is None or evaluate is None else evaluate(names)


def _joined(folder: str, text: str) -> str:
    # A string that is added to a path starts with a slash and stays below it.
    if folder:
        text = text.lstrip("/")
    return os.path.normpath(os.path.join(folder, text))
