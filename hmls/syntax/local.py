"""Attributes of sets that stand in the same file, found by the text alone."""

from __future__ import annotations

from collections.abc import Iterator

from hmls.syntax.attrpath import attrpath_names, attrpath_parts, node_text, part_name
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.outline import module_sets
from hmls.syntax.parse import Node
from hmls.syntax.scopes import find_binder


def attribute_of(base: Node, names: tuple[str, ...], depth: int = 0) -> Node | None:
    """The node of the name that binds the last of some attributes of an expression."""
    if depth > 20 or not names:
        return None
    if base.kind_id == Kind.VARIABLE:
        binder = find_binder(node_text(base), base)
        if binder is None or binder.kind not in ("let", "rec"):
            return None
        if binder.value is not None:
            return attribute_of(binder.value, names, depth + 1)
        attrpath = binder.node.parent
        group = attrpath.parent.parent if attrpath is not None and attrpath.parent else None
        # `a.b = 1;` in a `let`: what `a` is stands in several bindings.
        return None if group is None else _in_group(group, (binder.name, *names), depth)
    if base.kind_id == Kind.SELECT:
        inner = base.child_by_field_id(Field.EXPRESSION)
        attrpath = base.child_by_field_id(Field.ATTRPATH)
        if inner is None or attrpath is None:
            return None
        return attribute_of(inner, attrpath_names(attrpath) + names, depth + 1)
    if base.kind_id not in SETS and base.kind_id not in (Kind.PARENTHESIZED, Kind.BINARY, Kind.LET):
        return None
    for found in reversed(list(module_sets(base))):
        for group in found.named_children:
            if group.kind_id == Kind.BINDING_SET:
                node = _in_group(group, names, depth)
                if node is not None:
                    return node
    return None


def _in_group(group: Node, names: tuple[str, ...], depth: int) -> Node | None:
    for clause in group.named_children:
        if clause.kind_id == Kind.BINDING:
            attrpath = clause.child_by_field_id(Field.ATTRPATH)
            value = clause.child_by_field_id(Field.EXPRESSION)
            if attrpath is None:
                continue
            written = attrpath_names(attrpath)
            if written[: len(names)] == names:
                return attrpath_parts(attrpath)[len(names) - 1]
            if written == names[: len(written)] and value is not None:
                found = attribute_of(value, names[len(written) :], depth + 1)
                if found is not None:
                    return found
        elif len(names) == 1:
            attrs = clause.child_by_field_id(Field.ATTRS)
            for part in attrs.named_children if attrs is not None else ():
                if part.kind_id != Kind.COMMENT and part_name(part) == names[0]:
                    return part
    return None


def bound_names(attrset: Node) -> Iterator[str]:
    """The first names of a set's bindings, and what it inherits."""
    for group in attrset.named_children:
        for clause in group.named_children if group.kind_id == Kind.BINDING_SET else ():
            attrpath = clause.child_by_field_id(Field.ATTRPATH)
            attrs = clause.child_by_field_id(Field.ATTRS)
            if attrpath is not None:
                yield attrpath_names(attrpath)[0]
            elif attrs is not None:
                yield from (part_name(p) for p in attrs.named_children if p.kind_id != Kind.COMMENT)
