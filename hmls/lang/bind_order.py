"""In which order Nix looks up the variables of a text, once it has parsed it.

Of several that are undefined it reports the first. Source: nix src/libexpr/nixexpr.cc, the
bindVars methods.
"""

from __future__ import annotations

from collections.abc import Iterable

from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.parse import Node, Source

_NAMES = (Kind.VARIABLE, Kind.IDENTIFIER)


def bind_order(source: Source) -> dict[int, int]:
    """The byte offset of each variable → its rank."""
    ranks: dict[int, int] = {}
    stack = [source.root]
    while stack:
        node = stack.pop()
        if node.kind_id in _NAMES:
            ranks.setdefault(node.start_byte, len(ranks))
        else:
            stack.extend(reversed(_parts(node, source.text)))
    return ranks


def _parts(node: Node, text: bytes) -> list[Node]:
    if node.kind_id in SETS or node.kind_id == Kind.LET:
        clauses = [
            clause
            for group in node.named_children
            if group.kind_id == Kind.BINDING_SET
            for clause in group.named_children
        ]
        return [*_of_set(clauses, text), *_fields(node, Field.BODY)]
    if node.kind_id == Kind.SELECT:
        return _fields(node, Field.EXPRESSION, Field.DEFAULT, Field.ATTRPATH)
    if node.kind_id == Kind.BINARY:
        operator = node.child_by_field_id(Field.OPERATOR)
        if operator is not None and text[operator.start_byte : operator.end_byte] == b"|>":
            return _fields(node, Field.RIGHT, Field.LEFT)
    return node.named_children


def _of_set(clauses: Iterable[Node], text: bytes) -> list[Node]:
    """First the sources of `inherit`, then plain attributes, those of one name together."""
    sources: list[Node] = []
    plain: dict[bytes, list[Node]] = {}
    dynamic: list[Node] = []
    for clause in clauses:
        attrs = _fields(clause, Field.ATTRS)
        if clause.kind_id == Kind.INHERIT_FROM:
            sources += _fields(clause, Field.EXPRESSION)
        elif clause.kind_id == Kind.INHERIT:
            for part in attrs[0].named_children if attrs else ():
                plain.setdefault(text[part.start_byte : part.end_byte], []).append(part)
        elif clause.kind_id == Kind.BINDING:
            names = [
                part for path in _fields(clause, Field.ATTRPATH) for part in path.named_children
            ]
            name = text[names[0].start_byte : names[0].end_byte].strip(b'"') if names else b""
            parts = dynamic if b"${" in name else plain.setdefault(name, [])
            parts += [
                *(part for part in names if part.kind_id != Kind.IDENTIFIER),
                *_fields(clause, Field.EXPRESSION),
            ]
    return [*sources, *(part for parts in plain.values() for part in parts), *dynamic]


def _fields(node: Node, *fields: int) -> list[Node]:
    found = (node.child_by_field_id(field) for field in fields)
    return [part for part in found if part is not None]
