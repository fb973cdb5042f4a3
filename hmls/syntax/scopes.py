"""Which binding a variable means, by the text alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hmls.syntax.attrpath import DYNAMIC, attrpath_names, attrpath_parts, node_text, part_name
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node

_MOST_WITHS = 20
"""What each of them is has to be found out; people nest two."""
BinderKind = Literal["let", "rec", "argument", "formal", "inherit"]


@dataclass(frozen=True, slots=True)
class Binder:
    """What gives a name its value: the node of the name, and that of the value if there is one."""

    kind: BinderKind
    name: str
    node: Node
    value: Node | None


def find_binder(name: str, at: Node) -> Binder | None:
    """The innermost binding of a variable that is in scope at a node. `with` binds nothing."""
    return next((binder for binder in binders_at(at) if binder.name == name), None)


def binders_at(at: Node) -> Iterator[Binder]:
    """All bindings in scope at a node, the innermost first; a name may come more than once."""
    inner, node = at, at.parent
    while node is not None:
        match node.kind_id:
            case Kind.LET:
                yield from _bindings(node, "let")
            case Kind.REC_ATTRSET | Kind.LET_ATTRSET:
                yield from _bindings(node, "rec")
            case Kind.FUNCTION:
                yield from _arguments(node)
        inner, node = node, node.parent
    del inner


def _bindings(node: Node, kind: BinderKind) -> Iterator[Binder]:
    for group in node.named_children:
        if group.kind_id != Kind.BINDING_SET:
            continue
        for clause in group.named_children:
            if clause.kind_id == Kind.BINDING:
                attrpath = clause.child_by_field_id(Field.ATTRPATH)
                parts = attrpath_parts(attrpath) if attrpath is not None else []
                if parts:
                    # `a.b = 1;` binds `a` too, to a set that has no node of its own.
                    value = clause.child_by_field_id(Field.EXPRESSION) if len(parts) == 1 else None
                    yield Binder(kind, part_name(parts[0]), parts[0], value)
            elif clause.kind_id in (Kind.INHERIT, Kind.INHERIT_FROM):
                attrs = clause.child_by_field_id(Field.ATTRS)
                for part in attrs.named_children if attrs is not None else ():
                    if part.kind_id != Kind.COMMENT:
                        yield Binder("inherit", part_name(part), part, None)


def _arguments(node: Node) -> Iterator[Binder]:
    universal = node.child_by_field_id(Field.UNIVERSAL)
    if universal is not None:
        yield Binder("argument", node_text(universal), universal, None)
    formals = node.child_by_field_id(Field.FORMALS)
    for formal in formals.named_children if formals is not None else ():
        if formal.kind_id == Kind.FORMAL:
            name = formal.child_by_field_id(Field.NAME)
            if name is not None:
                yield Binder(
                    "formal", node_text(name), name, formal.child_by_field_id(Field.DEFAULT)
                )


def withs_at(at: Node) -> Iterator[Node]:
    """The sets of the `with`s around a node, the innermost first, at the most _MOST_WITHS."""
    found = 0
    inner, node = at, at.parent
    while node is not None and found < _MOST_WITHS:
        environment = (
            node.child_by_field_id(Field.ENVIRONMENT) if node.kind_id == Kind.WITH else None
        )
        if environment is not None and environment != inner:
            yield environment
            found += 1
        inner, node = node, node.parent


def root_path(node: Node, depth: int = 0) -> tuple[str, ...] | None:
    """The path that an expression selects from a module argument or another outermost name.

    `cfg.enable` with `cfg = config.my.shell` gives `config`, `my`, `shell`, `enable`. None
    for anything but selections, variables and parentheses, or where the way is too long.
    """
    if depth > 20:
        return None
    match node.kind_id:
        case Kind.PARENTHESIZED:
            inner = node.child_by_field_id(Field.EXPRESSION)
            return None if inner is None else root_path(inner, depth + 1)
        case Kind.SELECT:
            base = node.child_by_field_id(Field.EXPRESSION)
            attrpath = node.child_by_field_id(Field.ATTRPATH)
            if base is None or attrpath is None:
                return None
            start = root_path(base, depth + 1)
            names = attrpath_names(attrpath)
            return None if start is None or DYNAMIC in names else start + names
        case Kind.VARIABLE:
            return _variable_path(node_text(node), node, depth)
    return None


def _variable_path(name: str, node: Node, depth: int) -> tuple[str, ...] | None:
    binder = find_binder(name, node)
    if binder is None or binder.kind in ("formal", "argument"):
        return (name,)
    if binder.kind == "inherit":
        return inherited_path(binder.node, depth + 1)
    return None if binder.value is None else root_path(binder.value, depth + 1)


def inherited_path(name_node: Node, depth: int = 0) -> tuple[str, ...] | None:
    """The path behind a name in `inherit name;` or `inherit (source) name;`."""
    attrs = name_node.parent
    clause = attrs.parent if attrs is not None else None
    if clause is None:
        return None
    name = part_name(name_node)
    if clause.kind_id == Kind.INHERIT_FROM:
        source = clause.child_by_field_id(Field.EXPRESSION)
        start = root_path(source, depth + 1) if source is not None else None
        return None if start is None else (*start, name)
    # `inherit x;` looks outside of the set that it stands in.
    outside = clause.parent.parent if clause.parent is not None else None
    return None if outside is None else _variable_path(name, outside, depth + 1)
