"""Which binding a variable means, by the text alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hmls.syntax.attrpath import (
    DYNAMIC,
    ELEMENT,
    attrpath_names,
    attrpath_parts,
    node_text,
    part_name,
)
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
            start = () if is_all_arguments(base) else root_path(base, depth + 1)
            names = attrpath_names(attrpath)
            return None if start is None or DYNAMIC in names else start + names
        case Kind.VARIABLE:
            return _variable_path(node_text(node), node, depth)
    return None


def is_all_arguments(node: Node) -> bool:
    """Whether an expression is `args` of `{ ... }@args`: what is selected is an argument."""
    if node.kind_id != Kind.VARIABLE:
        return False
    binder = find_binder(node_text(node), node)
    function = None if binder is None or binder.kind != "argument" else binder.node.parent
    return function is not None and function.child_by_field_id(Field.FORMALS) is not None


def _variable_path(name: str, node: Node, depth: int) -> tuple[str, ...] | None:
    binder = find_binder(name, node)
    if binder is None:
        return (name,)
    if binder.kind in ("formal", "argument"):
        return _argument_path(binder, depth) or (name,)
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
        if source is not None and is_all_arguments(source):
            return (name,)
        start = root_path(source, depth + 1) if source is not None else None
        return None if start is None else (*start, name)
    # `inherit x;` looks outside of the set that it stands in.
    outside = clause.parent.parent if clause.parent is not None else None
    return None if outside is None else _variable_path(name, outside, depth + 1)


SUBMODULE = "submodule."
"""Stands before the arguments of a module that is part of a type: they are not the file's."""
_MAPPERS = {
    "map": (0, 1), "filter": (0, 1), "concatMap": (0, 1), "any": (0, 1), "all": (0, 1),
    "concatMapStrings": (0, 1), "concatMapStringsSep": (0, 1), "partition": (0, 1),
    "groupBy": (0, 1), "imap0": (1, 1), "imap1": (1, 1), "mapAttrs": (1, 1), "mapAttrs'": (1, 1),
    "mapAttrsToList": (1, 1), "concatMapAttrs": (1, 1), "filterAttrs": (1, 1), "forEach": (0, -1),
}  # fmt: skip
"""Function → which argument of the function it is given is an element, and whether what it goes
through stands after that function (1) or before it (-1)."""
_KEEPING = frozenset(("filter", "filterAttrs", "attrValues", "optionals", "optionalAttrs", "sort"))
"""Functions whose elements are those of their last argument."""


def _argument_path(binder: Binder, depth: int) -> tuple[str, ...] | None:
    """What a function's argument is where the call around it tells: an element of a setting."""
    function: Node | None = binder.node
    while function is not None and function.kind_id != Kind.FUNCTION:
        function = function.parent
    number = 0
    while function is not None and function.parent is not None:
        outer = function.parent
        if outer.kind_id == Kind.FUNCTION and outer.child_by_field_id(Field.BODY) == function:
            number += 1
        elif outer.kind_id != Kind.PARENTHESIZED:
            break
        function = outer
    call = None if function is None else function.parent
    if function is None or call is None or call.kind_id != Kind.APPLY or depth > 10:
        return None
    if call.child_by_field_id(Field.ARGUMENT) != function:
        return None
    callee = _callee_name(call)
    if callee in ("submodule", "submoduleWith"):
        return (SUBMODULE + binder.name,) if binder.kind == "formal" else None
    which, side = _MAPPERS.get(callee, (-1, 0))
    if which != number or binder.kind != "argument":
        return None
    if side > 0:
        outer_call = call.parent
        if outer_call is None or outer_call.child_by_field_id(Field.FUNCTION) != call:
            return None
        elements = outer_call.child_by_field_id(Field.ARGUMENT)
    else:
        inner = call.child_by_field_id(Field.FUNCTION)
        elements = None if inner is None else inner.child_by_field_id(Field.ARGUMENT)
    start = None if elements is None else _elements_path(elements, depth + 1)
    return None if start is None or start[0] not in _CONFIGS else (*start, ELEMENT)


_CONFIGS = ("config", "osConfig", "nixosConfig", "darwinConfig")


def _callee_name(call: Node) -> str:
    function: Node | None = call
    while function is not None and function.kind_id == Kind.APPLY:
        function = function.child_by_field_id(Field.FUNCTION)
    return "" if function is None else node_text(function).rpartition(".")[2].strip()


def _elements_path(node: Node, depth: int) -> tuple[str, ...] | None:
    """The setting whose elements an expression has."""
    if depth > 20:
        return None
    if node.kind_id == Kind.PARENTHESIZED:
        inner = node.child_by_field_id(Field.EXPRESSION)
        return None if inner is None else _elements_path(inner, depth + 1)
    if node.kind_id == Kind.APPLY and _callee_name(node) in _KEEPING:
        last = node.child_by_field_id(Field.ARGUMENT)
        return None if last is None else _elements_path(last, depth + 1)
    if node.kind_id == Kind.VARIABLE:
        binder = find_binder(node_text(node), node)
        if binder is not None and binder.kind == "let" and binder.value is not None:
            return _elements_path(binder.value, depth + 1)
    return root_path(node, depth + 1)
