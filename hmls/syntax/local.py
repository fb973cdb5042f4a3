"""Attributes of sets that stand in the same file, found by the text alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hmls.syntax.attrpath import attrpath_names, attrpath_parts, node_text, part_name
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.outline import inside
from hmls.syntax.parse import Node
from hmls.syntax.scopes import find_binder

Called = Callable[[Node], Node | None]
"""The expression that a call gives, where its function is written somewhere."""
_MAX_DEPTH = 20


def attribute_of(
    base: Node, names: tuple[str, ...], called: Called | None = None, depth: int = 0
) -> Node | None:
    """The node of the name that binds the last of some attributes of an expression.

    What a set inherits is where that is bound in turn, as far as that can be told.
    """
    if depth > _MAX_DEPTH or not names:
        return None
    if base.kind_id == Kind.VARIABLE:
        return _of_variable(node_text(base), base, names, called, depth)
    if base.kind_id == Kind.SELECT:
        inner = base.child_by_field_id(Field.EXPRESSION)
        attrpath = base.child_by_field_id(Field.ATTRPATH)
        if inner is None or attrpath is None:
            return None
        return attribute_of(inner, attrpath_names(attrpath) + names, called, depth + 1)
    if base.kind_id in SETS:
        return _in_set(base, names, called, depth)
    if base.kind_id == Kind.FUNCTION:
        return None
    for each in reversed(list(inside(base))):
        found = attribute_of(each, names, called, depth + 1)
        if found is not None:
            return found
    result = called(base) if called is not None and base.kind_id == Kind.APPLY else None
    return None if result is None else attribute_of(result, names, called, depth + 1)


def _of_variable(
    name: str, at: Node, names: tuple[str, ...], called: Called | None, depth: int
) -> Node | None:
    binder = find_binder(name, at)
    if binder is None:
        return None
    parent = binder.node.parent
    clause = None if parent is None else parent.parent
    if binder.kind == "inherit" and clause is not None:
        return _inherited(clause, (name, *names), called, depth)
    if binder.kind not in ("let", "rec"):
        return None
    if binder.value is not None:
        return attribute_of(binder.value, names, called, depth + 1)
    group = None if clause is None else clause.parent
    # `a.b = 1;` in a `let`: what `a` is stands in several bindings.
    return None if group is None else _in_group(group, (name, *names), called, depth)


def _in_set(
    attrset: Node, names: tuple[str, ...], called: Called | None, depth: int
) -> Node | None:
    for group in attrset.named_children:
        if group.kind_id == Kind.BINDING_SET:
            found = _in_group(group, names, called, depth)
            if found is not None:
                return found
    return None


def _in_group(
    group: Node, names: tuple[str, ...], called: Called | None, depth: int
) -> Node | None:
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
                found = attribute_of(value, names[len(written) :], called, depth + 1)
                if found is not None:
                    return found
            continue
        attrs = clause.child_by_field_id(Field.ATTRS)
        for part in attrs.named_children if attrs is not None else ():
            if part.kind_id != Kind.COMMENT and part_name(part) == names[0]:
                found = _inherited(clause, names, called, depth)
                return part if found is None and len(names) == 1 else found
    return None


def _inherited(
    clause: Node, names: tuple[str, ...], called: Called | None, depth: int
) -> Node | None:
    """The binding of an attribute of what a clause of `inherit` takes from elsewhere."""
    if depth > _MAX_DEPTH:
        return None
    if clause.kind_id == Kind.INHERIT_FROM:
        source = clause.child_by_field_id(Field.EXPRESSION)
        return None if source is None else attribute_of(source, names, called, depth + 1)
    outside = None if clause.parent is None else clause.parent.parent
    if outside is None:
        return None
    if len(names) > 1:
        return _of_variable(names[0], outside, names[1:], called, depth + 1)
    binder = find_binder(names[0], outside)
    if binder is None or binder.kind not in ("let", "rec", "inherit"):
        return None
    parent = binder.node.parent
    if binder.kind == "inherit" and parent is not None and parent.parent is not None:
        return _inherited(parent.parent, names, called, depth + 1) or binder.node
    return binder.node


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
