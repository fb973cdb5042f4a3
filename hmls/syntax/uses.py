"""All places of a file that mean one binding of a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hmls.syntax.kinds import Kind
from hmls.syntax.parse import Node, Source, named_at
from hmls.syntax.scopes import Binder, find_binder

_NAME = rb"[A-Za-z0-9_'-]"


@dataclass(frozen=True, slots=True)
class Use:
    """A name in the text: where it is bound, read, or read by a plain `inherit`."""

    kind: Literal["binding", "read", "inherit"]
    node: Node

    @property
    def start(self) -> int:
        return self.node.start_byte

    @property
    def end(self) -> int:
        return self.node.end_byte


def occurrences(text: bytes, name: str) -> Iterator[tuple[int, int]]:
    """The byte ranges in which a name stands by itself."""
    word = re.escape(name.encode("utf-8", "surrogateescape"))
    for match in re.finditer(b"(?<!" + _NAME + b")" + word + b"(?!" + _NAME + b")", text):
        yield match.span()


def uses_of(source: Source, binder: Binder) -> list[Use]:
    """Where a binding of this very tree is made and used, in the order of the text."""
    found: list[Use] = []
    for start, end in occurrences(source.text, binder.name):
        node = named_at(source, start, end)
        use = None if node is None else _use(node, binder)
        if use is not None:
            found.append(use)
    return found


def _use(node: Node, binder: Binder) -> Use | None:
    parent = node.parent
    if node == binder.node:
        return Use("binding", node)
    if parent is None or node.kind_id not in (Kind.IDENTIFIER, Kind.VARIABLE):
        return None
    if parent.kind_id == Kind.VARIABLE:
        node, parent = parent, parent.parent
    if node.kind_id == Kind.VARIABLE:
        return Use("read", node) if _means(binder, node) else None
    if parent is not None and parent.type == "inherited_attrs":
        clause = parent.parent
        group = None if clause is None else clause.parent
        outside = None if group is None else group.parent
        if clause is not None and clause.kind_id == Kind.INHERIT and outside is not None:
            return Use("inherit", node) if _means(binder, outside) else None
        return None
    if parent is not None and parent.kind_id == Kind.ATTRPATH:
        return _further_binding(node, parent, binder)
    return None


def _further_binding(node: Node, attrpath: Node, binder: Binder) -> Use | None:
    """`a` in the second of `a.b = 1; a.c = 2;`, which binds the same variable."""
    binding, own = attrpath.parent, binder.node.parent
    if binding is None or own is None or own.parent is None or own.kind_id != Kind.ATTRPATH:
        return None
    if attrpath.named_children[0] == node and binding.parent == own.parent.parent:
        return Use("binding", node)
    return None


def _means(binder: Binder, at: Node) -> bool:
    found = find_binder(binder.name, at)
    return found is not None and found.node == binder.node
