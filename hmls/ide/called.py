"""What a call is of and gives, as it is written: in this file, another, or the flake's lib."""

from __future__ import annotations

import os
from dataclasses import dataclass

from hmls.homes.repository import Repository
from hmls.homes.written import attribute_site
from hmls.syntax.attrpath import attrpath_names, node_text
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.local import attribute_of
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node, named_at
from hmls.syntax.scopes import find_binder, root_path


@dataclass(frozen=True, slots=True)
class Written:
    """A node, and the file that it stands in."""

    path: str
    node: Node


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
        inner, more = callee_of(value)
        if value.kind_id == Kind.APPLY and function_name(inner) in _IMPORTS:
            break  # It stands for what a file holds.
        callee, before = inner, before + more + 1
    return callee, before


def function_of(repository: Repository, path: str, callee: Node) -> Written | None:
    """The function that an expression of a file is, None where it is not found."""
    names = root_path(callee)
    if callee.kind_id == Kind.VARIABLE:
        binder = find_binder(node_text(callee), callee)
        if binder is not None and binder.value is not None:
            value = Written(path, binder.value)
            return as_function(value) or _imported(repository, path, binder.value)
    if callee.kind_id == Kind.SELECT:
        base = callee.child_by_field_id(Field.EXPRESSION)
        attrpath = callee.child_by_field_id(Field.ATTRPATH)
        if base is not None and attrpath is not None:
            name = attribute_written(repository, path, base, attrpath_names(attrpath))
            written = None if name is None else value_written(name)
            if written is not None:
                return as_function(written)
    if names is None or len(names) < 2:
        return None
    site = attribute_site(repository, path, names)
    if site is None:
        return None
    file = repository.files.on_disk(site.unit.path)
    source = repository.files.source(file)
    if source is None:
        return None
    node: Node | None = named_at(source, site.start, site.end)
    while node is not None and node.kind_id not in (Kind.BINDING, Kind.FUNCTION):
        node = node.parent
    if node is not None and node.kind_id == Kind.BINDING:
        node = node.child_by_field_id(Field.EXPRESSION)
    return None if node is None else as_function(Written(file, node))


def function_of_call(repository: Repository, path: str, call: Node) -> tuple[Written, int] | None:
    """The function that takes the last argument of a call, and how many it took before that."""
    callee, before = callee_of(call)
    function = call.child_by_field_id(Field.FUNCTION)
    imported = None if function is None else _imported(repository, path, function)
    if imported is not None:
        return imported, 0
    callee, before = followed(callee, before)
    found = function_of(repository, path, callee)
    return None if found is None else (found, before)


def as_function(written: Written) -> Written | None:
    """The function that an expression is, parentheses and a `let` around it taken off."""
    node = written.node
    while node.kind_id in (Kind.PARENTHESIZED, Kind.LET, Kind.WITH):
        field = Field.EXPRESSION if node.kind_id == Kind.PARENTHESIZED else Field.BODY
        inner = node.child_by_field_id(field)
        if inner is None:
            return None
        node = inner
    return Written(written.path, node) if node.kind_id == Kind.FUNCTION else None


def attribute_written(
    repository: Repository, path: str, base: Node, names: tuple[str, ...]
) -> Written | None:
    """The name that binds the last of some attributes of an expression, through calls as well."""
    trees = Trees(repository, path)
    node = attribute_of(base, names, trees.result)
    return None if node is None else Written(trees.path_of(node), node)


def value_written(name: Written) -> Written | None:
    """The value of a binding, by its name; None where it is a part of one or inherited."""
    attrpath = name.node.parent
    binding = None if attrpath is None else attrpath.parent
    if attrpath is None or binding is None or attrpath.named_children[-1:] != [name.node]:
        return None
    value = binding.child_by_field_id(Field.EXPRESSION)
    return None if value is None else Written(name.path, value)


class Trees:
    """The files that one question leads through, told by the nodes of their trees."""

    def __init__(self, repository: Repository, path: str) -> None:
        self._repository = repository
        self._path = path
        self._paths: dict[Node, str] = {}

    def path_of(self, node: Node) -> str:
        """The file that a node stands in."""
        return self._paths.get(_root(node), self._path)

    def result(self, call: Node) -> Node | None:
        """The expression that a call gives, where its function is written somewhere."""
        path = self.path_of(call)
        found = function_of_call(self._repository, path, call)
        if found is None:
            written = imported_expression(self._repository, path, call)
            return None if written is None else self._noted(written.path, written.node)
        node: Node | None = found[0].node
        for _ in range(found[1] + 1):
            node = None if node is None else node.child_by_field_id(Field.BODY)
        return None if node is None else self._noted(found[0].path, node)

    def _noted(self, path: str, node: Node) -> Node:
        self._paths[_root(node)] = path
        return node


def _root(node: Node) -> Node:
    while (parent := node.parent) is not None:
        node = parent
    return node


def _imported(repository: Repository, path: str, node: Node) -> Written | None:
    """The function of the file in `import ./x.nix` and `callPackage ./x.nix`."""
    expression = imported_expression(repository, path, node)
    return None if expression is None else as_function(expression)


def imported_expression(repository: Repository, path: str, node: Node) -> Written | None:
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
    expression = None if source is None else source.root.child_by_field_id(Field.EXPRESSION)
    return None if expression is None else Written(file, expression)
