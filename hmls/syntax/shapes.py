"""The names in sets that stand in the same file, or that functions make of them, by the text."""

from __future__ import annotations

from collections.abc import Iterator

from hmls.syntax.attrpath import DYNAMIC, attrpath_names, node_text, part_name, plain_string
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.local import Called
from hmls.syntax.outline import function_name, inside
from hmls.syntax.parse import Node
from hmls.syntax.scopes import find_binder

_MAX_DEPTH = 20
_KEEPING = {
    "mapAttrs": 1, "filterAttrs": 1, "mapAttrsRecursive": 1, "removeAttrs": 0, "genAttrs": 0,
    "callPackageWith": 1, "fix": 0, "makeExtensible": 0, "getAttrs": 1, "mapAttrs'": 1,
}  # fmt: skip
"""Functions whose sets have the names of an argument: which one that is."""


def names_below(node: Node, path: tuple[str, ...], called: Called) -> dict[str, None]:
    """The names of the set that an expression's attribute is, as far as the text tells."""
    found: dict[str, None] = {}
    _collect(node, path, called, found, 0)
    return found


def _collect(
    node: Node, path: tuple[str, ...], called: Called, found: dict[str, None], depth: int
) -> None:
    if depth > _MAX_DEPTH:
        return
    kind = node.kind_id
    if kind in SETS:
        for group in node.named_children:
            if group.kind_id == Kind.BINDING_SET:
                _of_group(group, path, called, found, depth)
    elif kind == Kind.VARIABLE:
        _of_variable(node_text(node), node, path, called, found, depth)
    elif kind == Kind.SELECT:
        base = node.child_by_field_id(Field.EXPRESSION)
        attrpath = node.child_by_field_id(Field.ATTRPATH)
        if base is not None and attrpath is not None:
            _collect(base, attrpath_names(attrpath) + path, called, found, depth + 1)
    elif kind == Kind.APPLY:
        for each in _of_call(node, path, called, found):
            _collect(each, path, called, found, depth + 1)
    elif kind != Kind.FUNCTION:
        for each in inside(node):
            _collect(each, path, called, found, depth + 1)


def _of_group(
    group: Node, path: tuple[str, ...], called: Called, found: dict[str, None], depth: int
) -> None:
    for clause in group.named_children:
        attrpath = clause.child_by_field_id(Field.ATTRPATH)
        if attrpath is not None:
            value = clause.child_by_field_id(Field.EXPRESSION)
            written = attrpath_names(attrpath)
            if len(written) > len(path) and written[: len(path)] == path:
                if written[len(path)] != DYNAMIC:
                    found.setdefault(written[len(path)])
            elif value is not None and path[: len(written)] == written:
                _collect(value, path[len(written) :], called, found, depth + 1)
            continue
        attrs = clause.child_by_field_id(Field.ATTRS)
        source = clause.child_by_field_id(Field.EXPRESSION)
        for part in attrs.named_children if attrs is not None else ():
            name = part_name(part)
            if not path:
                found.setdefault(name)
            elif name == path[0] and source is not None:
                _collect(source, path, called, found, depth + 1)
            elif name == path[0] and clause.parent is not None and clause.parent.parent is not None:
                _of_variable(name, clause.parent.parent, path[1:], called, found, depth + 1)


def _of_variable(
    name: str,
    at: Node,
    path: tuple[str, ...],
    called: Called,
    found: dict[str, None],
    depth: int,
) -> None:
    binder = find_binder(name, at)
    if binder is None:
        return
    if binder.kind in ("let", "rec") and binder.value is not None:
        _collect(binder.value, path, called, found, depth + 1)
    elif binder.kind in ("let", "rec"):
        attrpath = binder.node.parent
        group = attrpath.parent.parent if attrpath is not None and attrpath.parent else None
        if group is not None:
            _of_group(group, (name, *path), called, found, depth + 1)
    elif binder.kind == "inherit":
        clause = binder.node.parent.parent if binder.node.parent is not None else None
        source = None if clause is None else clause.child_by_field_id(Field.EXPRESSION)
        if source is not None:
            _collect(source, (name, *path), called, found, depth + 1)
    elif binder.kind == "formal" and name == "config":
        function: Node | None = binder.node
        while function is not None and function.kind_id != Kind.FUNCTION:
            function = function.parent
        body = None if function is None else function.child_by_field_id(Field.BODY)
        if body is not None:
            # In a module that is part of a type, `config` has what it declares.
            _collect(body, ("options", *path), called, found, depth + 1)
    elif binder.value is not None:
        _collect(binder.value, path, called, found, depth + 1)


def _of_call(
    call: Node, path: tuple[str, ...], called: Called, found: dict[str, None]
) -> Iterator[Node]:
    arguments: list[Node] = []
    function: Node | None = call
    while function is not None and function.kind_id == Kind.APPLY:
        argument = function.child_by_field_id(Field.ARGUMENT)
        if argument is not None:
            arguments.insert(0, argument)
        function = function.child_by_field_id(Field.FUNCTION)
    name = "" if function is None else function_name(function)
    index = _KEEPING.get(name)
    if index is not None and index < len(arguments):
        argument = arguments[index]
        if name == "genAttrs" and argument.kind_id == Kind.LIST and not path:
            for item in argument.named_children:
                text = plain_string(item)
                if text and text != DYNAMIC:
                    found.setdefault(text)
        elif not path or name != "mapAttrs":
            yield argument
        return
    wrapped = list(inside(call))
    if wrapped:
        yield from wrapped
        return
    result = called(call)
    if result is not None:
        yield result
