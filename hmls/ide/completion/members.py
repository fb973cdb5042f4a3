"""Completion of attributes of evaluated values (`lib.`, `inputs.x.`, `self.`), and of variables."""

from __future__ import annotations

from collections.abc import Iterator

from hmls.catalog.functions import Function, functions
from hmls.homes.repository import Repository
from hmls.homes.written import argument_names, attribute_value
from hmls.ide.completion.item import Item, ItemKind
from hmls.ide.completion.usage import SELECTED, word_uses
from hmls.ide.functions import about_function, free_function, known_function
from hmls.ide.place import CompletionPlace, without_marker
from hmls.lang.builtins import top_level_names
from hmls.lang.values import (
    Attrs,
    Lambda,
    Lazy,
    OpenAttrs,
    Primop,
    Unknown,
    is_identifier,
    quote_attribute,
)
from hmls.syntax.cursor import Selection, Variable
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node, node_at
from hmls.syntax.scopes import binders_at, is_all_arguments, root_path, withs_at

_HIDDEN = "__"
_LITERALS = frozenset(("true", "false", "null"))
"""More often meant than any of the hundreds of names that `with lib;` brings."""
_OUTPUTS = (
    "homeManagerModules", "homeModules", "nixosModules", "packages", "overlays", "lib",
    "legacyPackages", "darwinModules", "nixosConfigurations", "outPath",
)  # fmt: skip
"""What an input has that is not in the store, most likely."""
_BINDERS: dict[str, str] = {
    "let": "let",
    "rec": "attribute",
    "argument": "argument",
    "formal": "argument",
    "inherit": "inherited",
}


def complete_members(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """What stands behind a dot, the name of a variable, or that of a module's argument."""
    context = place.context
    match context:
        case Selection():
            selected = tuple(without_marker(name) for name in context.path[:-1])
            return [*_below(repository, path, selected, place), *_of_all(repository, path, place)]
        case Variable():
            node = node_at(place.source, place.start + 1)
            if context.path is not None and len(context.path) > 1:
                selected = tuple(without_marker(name) for name in context.path[:-1])
                return list(_below(repository, path, selected, place))
            names = node.parent
            clause = None if names is None or names.type != "inherited_attrs" else names.parent
            if clause is not None and clause.kind_id == Kind.INHERIT_FROM:
                return []
            return list(_variables(repository, path, node, place))
    return []


def _of_all(repository: Repository, path: str, place: CompletionPlace) -> Iterator[Item]:
    """`args.|` of `{ ... }@args`: the arguments of a module."""
    node: Node | None = node_at(place.source, place.start + 1)
    while node is not None and node.kind_id != Kind.SELECT:
        node = node.parent
    base = None if node is None else node.child_by_field_id(Field.EXPRESSION)
    if base is not None and is_all_arguments(base):
        for name in argument_names(repository, path):
            yield Item(name, "variable", name, place.start, place.end, "argument of modules")


def _below(
    repository: Repository, path: str, selected: tuple[str, ...], place: CompletionPlace
) -> Iterator[Item]:
    uses = word_uses(repository)
    if selected == ("builtins",):
        for name, told in sorted(
            functions("builtins").items(), key=lambda each: (-uses[SELECTED + each[0]], each[0])
        ):
            yield _function(name, place, told.type, told)._replace(is_language=True)
        return
    value = attribute_value(repository, path, selected)
    if value is None and selected[0] != "pkgs":
        # A package is a function of what `pkgs` has.
        value = attribute_value(repository, path, ("pkgs", *selected))
    is_closed = isinstance(value, Attrs) and not isinstance(value, OpenAttrs)
    if selected[0] == "inputs" and len(selected) == 2 and not is_closed:
        for name in _OUTPUTS:
            if not isinstance(value, Attrs) or name not in value:
                yield Item(name, "variable", name, place.start, place.end, "what flakes offer")
    if not isinstance(value, Attrs):
        return
    texts = {name: known_function((*selected, name)) for name in value}
    for name in sorted(value, key=lambda name: (-uses[SELECTED + name], texts[name] is None, name)):
        if not name.startswith("_"):
            yield _function(name, place, _kind(value[name]), texts[name], value[name])


def _function(
    name: str,
    place: CompletionPlace,
    detail: str,
    told: Function | None,
    lazy: Lazy = None,
) -> Item:
    is_function = isinstance(lazy, Lambda | Primop) or (told is not None and bool(told.arguments))
    kind: ItemKind = "function" if is_function else "variable"
    return _item(name, kind, place, detail, told)


def _item(
    name: str, kind: ItemKind, place: CompletionPlace, detail: str, told: Function | None
) -> Item:
    start, end = place.start, place.end
    if told is None:
        return Item(name, kind, quote_attribute(name), start, end, detail)

    def explain() -> str:
        return about_function(told)

    return Item(name, kind, quote_attribute(name), start, end, told.type, explain=explain)


def _kind(lazy: Lazy) -> str:
    """What a value is as far as it is evaluated already."""
    match lazy:
        case Lambda() | Primop():
            return "function"
        case Unknown():
            return lazy.text
        case Attrs():
            return "set"
        case str():
            return "string"
    return ""


def bound_variables(node: Node, place: CompletionPlace) -> Iterator[Item]:
    """The variables that something around a node binds, the innermost first."""
    seen: set[str] = set()
    for binder in binders_at(node):
        name = without_marker(binder.name)
        if name and name not in seen and binder.name == name and is_identifier(name):
            seen.add(name)
            detail = _BINDERS[binder.kind]
            yield Item(name, "variable", name, place.start, place.end, detail, is_language=True)


def _variables(
    repository: Repository, path: str, node: Node, place: CompletionPlace
) -> Iterator[Item]:
    seen: set[str] = set()
    for item in bound_variables(node, place):
        seen.add(item.label)
        yield item
    uses = word_uses(repository)
    for name in sorted(_LITERALS - seen, key=lambda name: (-uses[name], name)):
        seen.add(name)
        yield _item(name, "variable", place, "builtin", None)._replace(is_language=True)
    for environment in withs_at(node):
        start = root_path(environment)
        for item in () if start is None else _below(repository, path, start, place):
            if item.label not in seen:
                seen.add(item.label)
                yield item
    for name in sorted(top_level_names(), key=lambda name: (-uses[name], name)):
        if name.startswith(_HIDDEN) or name in seen:
            continue
        told = free_function(name, node)
        kind: ItemKind = "variable" if told is None or not told.arguments else "function"
        yield _item(name, kind, place, "builtin", told)._replace(is_language=True)
