"""The function that a call is of, as it is written: in this file, another, or the flake's lib."""

from __future__ import annotations

import os

from hmls.homes.repository import Repository
from hmls.homes.written import attribute_site
from hmls.syntax.attrpath import node_text
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.local import attribute_of
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node, named_at
from hmls.syntax.scopes import find_binder, root_path

_MOST_ARGUMENTS = 50
"""No function that is known takes more."""
_IMPORTS = ("import", "callPackage", "callPackages", "callHome")


def callee_of(call: Node) -> tuple[Node, int]:
    """The function that is called, and how many arguments stand before the last."""
    before = -1
    node: Node = call
    while node.kind_id == Kind.APPLY and before < _MOST_ARGUMENTS:
        function = node.child_by_field_id(Field.FUNCTION)
        if function is None:
            break
        before += 1
        node = function
    return node, before


def followed(callee: Node, before: int) -> tuple[Node, int]:
    """The same where a variable stands for a call that lacks arguments: `f = g 1; in f 2`."""
    for _ in range(_MOST_ARGUMENTS):
        if callee.kind_id != Kind.VARIABLE:
            break
        binder = find_binder(node_text(callee), callee)
        value = None if binder is None or binder.kind not in ("let", "rec") else binder.value
        while value is not None and value.kind_id == Kind.PARENTHESIZED:
            value = value.child_by_field_id(Field.EXPRESSION)
        if value is None or value.kind_id not in (Kind.APPLY, Kind.VARIABLE):
            break
        callee, more = callee_of(value)
        before += more + 1
    return callee, before


def function_of(repository: Repository, path: str, callee: Node) -> Node | None:
    """The function that an expression of a file is, None where it is not found."""
    names = root_path(callee)
    if callee.kind_id == Kind.VARIABLE:
        binder = find_binder(node_text(callee), callee)
        if binder is not None and binder.value is not None:
            return as_function(binder.value) or _imported(repository, path, binder.value)
    if callee.kind_id == Kind.SELECT:
        base = callee.child_by_field_id(Field.EXPRESSION)
        if base is not None and names is not None:
            name = attribute_of(base, names[1:] or names)
            binding = None if name is None or name.parent is None else name.parent.parent
            value = None if binding is None else binding.child_by_field_id(Field.EXPRESSION)
            if value is not None:
                return as_function(value)
    if names is None or len(names) < 2:
        return None
    site = attribute_site(repository, path, names)
    if site is None:
        return None
    source = repository.files.source(repository.files.on_disk(site.unit.path))
    if source is None:
        return None
    node: Node | None = named_at(source, site.start, site.end)
    while node is not None and node.kind_id not in (Kind.BINDING, Kind.FUNCTION):
        node = node.parent
    if node is not None and node.kind_id == Kind.BINDING:
        node = node.child_by_field_id(Field.EXPRESSION)
    return None if node is None else as_function(node)


def function_of_call(repository: Repository, path: str, call: Node) -> tuple[Node, int] | None:
    """The function that takes the last argument of a call, and how many it took before that."""
    callee, before = callee_of(call)
    function = call.child_by_field_id(Field.FUNCTION)
    imported = None if function is None else _imported(repository, path, function)
    if imported is not None:
        return imported, 0
    callee, before = followed(callee, before)
    found = function_of(repository, path, callee)
    return None if found is None else (found, before)


def as_function(node: Node) -> Node | None:
    """The function that an expression is, parentheses and a `let` around it taken off."""
    while node.kind_id in (Kind.PARENTHESIZED, Kind.LET, Kind.WITH):
        field = Field.EXPRESSION if node.kind_id == Kind.PARENTHESIZED else Field.BODY
        inner = node.child_by_field_id(field)
        if inner is None:
            return None
        node = inner
    return node if node.kind_id == Kind.FUNCTION else None


def _imported(repository: Repository, path: str, node: Node) -> Node | None:
    """The function of the file in `import ./x.nix` and `callPackage ./x.nix`."""
    expression = imported_expression(repository, path, node)
    return None if expression is None else as_function(expression)


def imported_expression(repository: Repository, path: str, node: Node) -> Node | None:
    """The expression of the file that `import ./x.nix` or `callPackage ./x.nix` names."""
    while node.kind_id == Kind.PARENTHESIZED:
        inner = node.child_by_field_id(Field.EXPRESSION)
        if inner is None:
            return None
        node = inner
    if node.kind_id != Kind.APPLY:
        return None
    function = node.child_by_field_id(Field.FUNCTION)
    argument = node.child_by_field_id(Field.ARGUMENT)
    if function is None or argument is None or argument.kind_id != Kind.PATH:
        return None
    if function_name(function) not in _IMPORTS:
        return None
    file = os.path.normpath(os.path.join(os.path.dirname(path), node_text(argument)))
    if file not in repository.index.path_set:
        file = os.path.join(file, "default.nix")
    if file not in repository.index.path_set:
        return None
    source = repository.files.source(file)
    return None if source is None else source.root.child_by_field_id(Field.EXPRESSION)
