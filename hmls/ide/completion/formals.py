"""Completion of a function's arguments in its pattern: what it uses, and what it is given."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hmls.homes.repository import Repository
from hmls.homes.written import argument_names
from hmls.ide.callers import given_names
from hmls.ide.completion.item import Item
from hmls.ide.place import CompletionPlace, without_marker
from hmls.lang.builtins import top_level_names
from hmls.lang.values import is_identifier
from hmls.syntax.attrpath import node_text, part_name
from hmls.syntax.cursor import BindingName, Formal
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.local import bound_names
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node, node_at, walk
from hmls.syntax.scopes import find_binder
from hmls.syntax.uses import occurrences

_OF_SUBMODULES = ("name", "config", "options", "lib")
_FOLDERS = ("packages", "pkgs", "overlays")


def complete_formals(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """The arguments that a function may take, those that it uses first."""
    node: Node | None = node_at(place.source, place.start + 1)
    if isinstance(place.context, BindingName):
        if not _may_be_pattern(place):
            return []
        return [
            _item(name, "argument of modules", place) for name in argument_names(repository, path)
        ]
    if not isinstance(place.context, Formal):
        return []
    while node is not None and node.kind_id not in (Kind.FUNCTION, Kind.SOURCE):
        node = node.parent
    if node is None or node.kind_id != Kind.FUNCTION:
        return []
    taken = set(_taken(node))
    found: dict[str, str] = {}
    for name in _free(node):
        found.setdefault(name, "used here")
    for name, detail in _given(repository, path, node, place):
        found.setdefault(name, detail)
    return [_item(name, detail, place) for name, detail in found.items() if name not in taken]


def _item(name: str, detail: str, place: CompletionPlace) -> Item:
    return Item(name, "variable", name, place.start, place.end, detail)


def _may_be_pattern(place: CompletionPlace) -> bool:
    """Whether a first name in a file's first set may as well begin a pattern: `{ conf`."""
    text = place.source.text[: place.start]
    return text.rstrip()[-1:] == b"{" and _is_first(place)


def _is_first(place: CompletionPlace) -> bool:
    node: Node | None = node_at(place.source, place.start + 1)
    while node is not None and node.kind_id not in SETS:
        node = node.parent
    outer = None if node is None else node.parent
    return outer is not None and outer.kind_id == Kind.SOURCE


def _taken(function: Node) -> Iterator[str]:
    formals = function.child_by_field_id(Field.FORMALS)
    for formal in formals.named_children if formals is not None else ():
        name = formal.child_by_field_id(Field.NAME)
        if name is not None and without_marker(node_text(name)) == node_text(name):
            yield node_text(name)


def _free(function: Node) -> list[str]:
    """The variables of a function's body that nothing binds."""
    body = function.child_by_field_id(Field.BODY)
    first: dict[str, Node] = {}
    has_with = False
    for node in walk(body) if body is not None else ():
        if node.kind_id == Kind.VARIABLE:
            first.setdefault(node_text(node), node)
        has_with = has_with or node.kind_id == Kind.WITH
    known = top_level_names()
    found = [
        name
        for name, node in first.items()
        if name not in known and is_identifier(name) and find_binder(name, node) is None
    ]
    for node in walk(body) if body is not None else ():
        if node.kind_id == Kind.INHERIT and (attrs := node.child_by_field_id(Field.ATTRS)):
            outside = node.parent.parent if node.parent is not None else None
            for part in attrs.named_children:
                name = part_name(part)
                if name not in first and outside is not None and find_binder(name, outside) is None:
                    first[name] = part
                    found.append(name)
    if not has_with:
        return found
    roots = {"lib", "pkgs", "config", "inputs", "self", "options"}
    return [name for name in found if name in roots] or []


def _given(
    repository: Repository, path: str, function: Node, place: CompletionPlace
) -> Iterator[tuple[str, str]]:
    """Name and detail of what callers give."""
    outer = function.parent
    while outer is not None and outer.kind_id == Kind.PARENTHESIZED:
        outer = outer.parent
    if outer is not None and outer.kind_id == Kind.APPLY:
        callee = outer.child_by_field_id(Field.FUNCTION)
        if callee is not None and function_name(callee) in ("submodule", "submoduleWith"):
            yield from ((name, "argument of submodules") for name in _OF_SUBMODULES)
            return
    if outer is not None and outer.kind_id == Kind.BINDING:
        for name in _calls_in_file(outer, place):
            yield name, "given by a caller"
    if outer is None or outer.kind_id in (Kind.SOURCE, Kind.LET, Kind.WITH):
        for name in given_names(repository, path):
            yield name, "given where the file is imported"
    yield from ((name, "argument of modules") for name in argument_names(repository, path))


def _calls_in_file(binding: Node, place: CompletionPlace) -> Iterator[str]:
    """The names in the sets that a function of this file is called with."""
    attrpath = binding.child_by_field_id(Field.ATTRPATH)
    name = "" if attrpath is None else node_text(attrpath)
    if not is_identifier(name):
        return
    source = place.source
    for _, end in occurrences(source.text, name):
        node: Node | None = node_at(source, end)
        while node is not None and node.kind_id in (Kind.IDENTIFIER, Kind.VARIABLE):
            node = node.parent
        argument = (
            node.child_by_field_id(Field.ARGUMENT)
            if node is not None and node.kind_id == Kind.APPLY
            else None
        )
        if argument is not None and argument.kind_id in SETS:
            yield from bound_names(argument)


def is_of_package(repository: Repository, path: str) -> bool:
    """Whether a file's function takes packages, as those in the folders of packages do."""
    return os.path.relpath(path, repository.root).split(os.sep)[0] in _FOLDERS
