"""Completion of names in sets by the text alone: `x.|` of a local set, keys as neighbours have."""

from __future__ import annotations

import os
import re

from hmls.homes.repository import Repository
from hmls.ide.called import Trees
from hmls.ide.completion.item import Item
from hmls.ide.completion.set_arguments import set_at
from hmls.ide.place import CompletionPlace, without_marker
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import attrpath_names, attrpath_parts, node_text, part_name
from hmls.syntax.cursor import BindingName, Selection, Variable
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.local import bound_names
from hmls.syntax.outline import module_sets
from hmls.syntax.parse import Node, node_at
from hmls.syntax.shapes import names_below

_MOST_SIBLINGS = 200


def complete_local_sets(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """What a local set is known to hold, and what is read of it elsewhere in the file."""
    base, selected = _selected(place)
    if base is None:
        return []
    result = Trees(repository, path).result
    names = dict.fromkeys(names_below(base, selected, result), "of this set")
    texts = [place.source.text]
    if base.kind_id == Kind.VARIABLE and node_text(base) in ("inputs", "self"):
        texts += [facts.text for _, facts in repository.index.items()]
    for name in _read_elsewhere(base, selected, texts):
        names.setdefault(name, "read in this file")
    return _items(names, place)


def complete_siblings(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """The keys that the neighbours of a set have, for one of its own.

    A set that a file consists of, which is no module, has those of the files beside it for
    neighbours.
    """
    if not isinstance(place.context, BindingName):
        return []
    attrset = set_at(place)
    if attrset is None:
        return []
    given = set(bound_names(attrset))
    found: dict[str, str] = {}
    outer = attrset.parent
    if outer is not None and outer.kind_id == Kind.SOURCE:
        folder = os.path.dirname(path)
        beside = [p for p in repository.index.paths if os.path.dirname(p) == folder and p != path]
        for file in beside[:_MOST_SIBLINGS]:
            for defined in repository.index[file].defined:
                if len(defined.path) == 1 and defined.path[0] not in given:
                    found.setdefault(defined.path[0], "as in the files beside it")
    for sibling in _siblings(attrset):
        for name in bound_names(sibling):
            if name not in given and without_marker(name) == name:
                found.setdefault(name, "as in its neighbours")
    return _items(found, place)


def _items(names: dict[str, str], place: CompletionPlace) -> list[Item]:
    return [
        Item(name, "variable", quote_attribute(name), place.start, place.end, detail)
        for name, detail in names.items()
        if name and without_marker(name) == name
    ]


def _selected(place: CompletionPlace) -> tuple[Node | None, tuple[str, ...]]:
    """The expression that is selected from, and the names before the one at the cursor."""
    node: Node | None = node_at(place.source, place.start + 1)
    if isinstance(place.context, Variable):
        clause = node.parent.parent if node is not None and node.parent is not None else None
        if clause is None or clause.kind_id != Kind.INHERIT_FROM:
            return None, ()
        return clause.child_by_field_id(Field.EXPRESSION), ()
    if not isinstance(place.context, Selection):
        return None, ()
    while node is not None and node.kind_id != Kind.ATTRPATH:
        node = node.parent
    owner = None if node is None else node.parent
    if node is None or owner is None:
        return None, ()
    names: list[str] = []
    for part in attrpath_parts(node):
        if part.end_byte > place.start and part.start_byte <= place.start:
            break
        names.append(part_name(part))
    return owner.child_by_field_id(Field.EXPRESSION), tuple(names)


def _read_elsewhere(base: Node, selected: tuple[str, ...], texts: list[bytes]) -> list[str]:
    """The names that some texts select from the same variable."""
    if base.kind_id != Kind.VARIABLE:
        return []
    start = re.escape(".".join((node_text(base), *selected)).encode())
    pattern = re.compile(rb"(?<![\w.'-])" + start + rb"\.([a-zA-Z_][\w'-]*)")
    return [name.decode() for text in texts for name in pattern.findall(text)]


def _siblings(attrset: Node) -> list[Node]:
    """Sets beside a set: in the same list, or the values of other names of the same set."""
    outer = attrset.parent
    while outer is not None and outer.kind_id in (Kind.PARENTHESIZED, Kind.FUNCTION, Kind.WITH):
        outer = outer.parent
    if outer is None:
        return []
    if outer.kind_id == Kind.LIST:
        return [each for each in outer.named_children[:_MOST_SIBLINGS] if each.kind_id in SETS]
    if outer.kind_id != Kind.BINDING or outer.parent is None:
        return []
    found = []
    attrpath = outer.child_by_field_id(Field.ATTRPATH)
    depth = 0 if attrpath is None else len(attrpath_names(attrpath))
    for clause in outer.parent.named_children[:_MOST_SIBLINGS]:
        value = clause.child_by_field_id(Field.EXPRESSION)
        other = clause.child_by_field_id(Field.ATTRPATH)
        if value is None or other is None or clause == outer:
            continue
        if len(attrpath_names(other)) == depth:
            found += list(module_sets(value))
    return found
