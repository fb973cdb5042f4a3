"""Which attributes a file's set has, where the text alone says so."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node

_Path = tuple[bytes, ...]


def names_of_set(root: Node) -> frozenset[str] | None:
    """The attributes of the set that a file is, or that it gives as a function of any set.

    None where evaluating the file up to its set may fail, or may give other attributes: it is
    no set, a name in it is computed, or two of its bindings meet.
    """
    node: Node | None = next((n for n in root.named_children if n.kind_id != Kind.COMMENT), None)
    is_called = False
    while node is not None:
        kind = node.kind_id
        if kind == Kind.ATTRSET or kind == Kind.REC_ATTRSET:
            paths = _paths(node)
            return None if paths is None else frozenset(p[0].decode() for p in paths)
        if kind == Kind.PARENTHESIZED:
            node = node.child_by_field_id(Field.EXPRESSION)
        elif kind == Kind.WITH:
            node = node.child_by_field_id(Field.BODY)
        elif kind == Kind.LET:
            if _paths(node) is None:
                return None
            node = node.child_by_field_id(Field.BODY)
        elif kind == Kind.FUNCTION and not is_called:
            formals = node.child_by_field_id(Field.FORMALS)
            if formals is not None and all(n.type != "ellipses" for n in formals.named_children):
                return None
            is_called = True
            node = node.child_by_field_id(Field.BODY)
        else:
            return None
    return None


def _paths(node: Node) -> list[_Path] | None:
    """The attribute paths that a set or `let` binds; None where they are not all plain."""
    found: list[_Path] = []
    for bindings in node.named_children:
        if bindings.kind_id != Kind.BINDING_SET:
            continue
        for binding in bindings.named_children:
            for path in _bound(binding):
                if path is None:
                    return None
                found.append(path)
    found.sort()
    for before, after in pairwise(found):
        if after[: len(before)] == before:
            return None
    return found


def _bound(binding: Node) -> Iterator[_Path | None]:
    kind = binding.kind_id
    if kind == Kind.BINDING:
        path = binding.child_by_field_id(Field.ATTRPATH)
        yield None if path is None else _plain(path)
    elif kind == Kind.INHERIT or kind == Kind.INHERIT_FROM:
        attrs = binding.child_by_field_id(Field.ATTRS)
        for name in () if attrs is None else attrs.named_children:
            yield (name.text,) if name.kind_id == Kind.IDENTIFIER and name.text else None
    elif kind != Kind.COMMENT:
        yield None


def _plain(path: Node) -> _Path | None:
    names = path.named_children
    if any(name.kind_id != Kind.IDENTIFIER for name in names):
        return None
    return tuple(name.text or b"" for name in names)
