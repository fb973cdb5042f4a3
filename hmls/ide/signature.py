"""Signature help: the arguments of the function that is called at the cursor."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hmls.homes.repository import Repository
from hmls.homes.workspace import View
from hmls.ide.called import callee_of, followed, function_of_call
from hmls.ide.functions import free_function, known_function
from hmls.ide.place import find_place, without_marker
from hmls.syntax.attrpath import attrpath_names, node_text
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node, node_at
from hmls.syntax.scopes import find_binder, root_path

_MAX_FORMALS = 120


@dataclass(frozen=True, slots=True)
class Signature:
    """A call: `parameters` are ranges of characters in the label, `active` is one of them."""

    label: str
    parameters: tuple[tuple[int, int], ...]
    active: int
    documentation: str = ""


def signature(view: View, path: str, offset: int) -> Signature | None:
    """The function around a byte offset and which of its arguments is there, if that is known."""
    source, repository = view.source(path), view.repository(path)
    if source is None or repository is None:
        return None
    place = find_place(source, offset)
    if place is None:
        return None
    node: Node | None = node_at(place.source, place.start + 1)
    attribute: str | None = None
    while node is not None:
        outer = node.parent
        if outer is not None and outer.kind_id == Kind.APPLY:
            is_argument = outer.child_by_field_id(Field.ARGUMENT) == node
            found = _signature(repository, path, outer, attribute) if is_argument else None
            if found is not None:
                return found
        if node.kind_id == Kind.BINDING:
            attrpath = node.child_by_field_id(Field.ATTRPATH)
            if attribute is not None or attrpath is None:
                return None
            attribute = without_marker(attrpath_names(attrpath)[0])
        node = outer
    return None


def _signature(
    repository: Repository, path: str, call: Node, attribute: str | None
) -> Signature | None:
    """The function of a call. `attribute` is where in a set as its argument the cursor is."""
    callee, active = followed(*callee_of(call))
    name = without_marker(node_text(callee))
    names = root_path(callee)
    binder = find_binder(name, callee) if callee.kind_id == Kind.VARIABLE else None
    told = None
    if names is not None and len(names) > 1:
        told = known_function(tuple(map(without_marker, names)))
    elif callee.kind_id == Kind.VARIABLE and binder is None:
        told = free_function(name, callee)
    if told is not None and active < len(told.arguments):
        if attribute is not None:
            return None
        parts = [told.name, *told.arguments]
        return _made(parts, active, f"`{told.type}`\n\n{told.text}")
    found = function_of_call(repository, path, call)
    if found is None:
        return None
    function, active = found[0].node, found[1]
    parameters = _parameters(function)
    if active >= len(parameters):
        return None
    title = name.rpartition(".")[2]
    if title in _IMPORTS and (named := call.child_by_field_id(Field.FUNCTION)) is not None:
        title = " ".join(node_text(named).split())
    made = _made([title, *parameters], active, _comment(function))
    return _in_set(made, attribute) if attribute else made


_IMPORTS = ("import", "callPackage")


def _in_set(found: Signature, attribute: str) -> Signature | None:
    """The same where one name of the set that is the active parameter is being given."""
    start, end = found.parameters[found.active]
    inside = found.label[start:end]
    match = re.search(rf"(?<![\w'-]){re.escape(attribute)}(?![\w'-])", inside)
    if inside[:1] != "{" or match is None:
        return found if inside[:1] == "{" else None
    span = (start + match.start(), start + match.end())
    return replace(found, parameters=(*found.parameters, span), active=len(found.parameters))


def _made(parts: list[str], active: int, documentation: str) -> Signature:
    label, ranges = parts[0], []
    for part in parts[1:]:
        label += " "
        ranges.append((len(label), len(label) + len(part)))
        label += part
    return Signature(label, tuple(ranges), active, documentation)


def _parameters(function: Node) -> list[str]:
    """The arguments of a function and of those that it returns."""
    found: list[str] = []
    node: Node | None = function
    while node is not None and node.kind_id == Kind.FUNCTION:
        universal = node.child_by_field_id(Field.UNIVERSAL)
        formals = node.child_by_field_id(Field.FORMALS)
        if formals is not None:
            text = " ".join(node_text(formals).split())
            found.append(text if len(text) <= _MAX_FORMALS else text[:_MAX_FORMALS] + "… }")
        elif universal is not None:
            found.append(node_text(universal))
        node = node.child_by_field_id(Field.BODY)
    return found


def _comment(function: Node) -> str:
    """The comment above the binding of a function."""
    binding = function.parent
    while binding is not None and binding.kind_id == Kind.PARENTHESIZED:
        binding = binding.parent
    if binding is None or binding.kind_id != Kind.BINDING:
        return ""
    lines: list[str] = []
    node = binding.prev_sibling
    if node is None and binding.parent is not None:
        # The first comment of a set stands before its bindings.
        node = binding.parent.prev_sibling
    while node is not None and node.kind_id == Kind.COMMENT:
        text = node_text(node)
        lines.insert(0, text.strip("/*# \n"))
        node = node.prev_sibling
    return "\n".join(lines)
