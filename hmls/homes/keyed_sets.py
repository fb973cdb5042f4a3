"""Sets outside of the options that are keyed by users or hosts, as the text alone shows it.

`people = { alice = …; bob = …; };` in a `let`, `people.alice`, `inherit (people) alice`. A set is
taken for one of users if all its names are users, of which it has several, or if it is called so
and one of them is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from hmls.syntax.attrpath import attrpath_parts, node_text, part_name
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.parse import Node, Source, parse, walk
from hmls.syntax.scopes import find_binder

if TYPE_CHECKING:
    from collections.abc import Collection

    from hmls.homes.index import Index

KeyKind = Literal["user", "host"]
Judge = Callable[[str, "Collection[str]"], KeyKind | None]
"""What the names in a set are, by what the set is called and by all of its names."""
CLEAR = re.compile(r"(?i)(?P<user>users?|people|persons?)|(?P<host>hosts?|machines?)")
"""What a set of users or hosts is called, which may hold others besides: `root`, a printer."""


def kind_of_key(judge: Judge, index: Index, file: str, name: Node) -> KeyKind | None:
    """What the name of an attribute is: one that is bound, selected, or inherited from a set."""
    parent = name.parent
    if parent is None:
        return None
    if parent.kind_id == Kind.ATTRPATH and parent.parent is not None:
        parts = attrpath_parts(parent)
        number = next((i for i, part in enumerate(parts) if part == name), 0)
        if parent.parent.kind_id == Kind.BINDING:
            return _bound(judge, file, parent.parent, parts, number)
        base = parent.parent.child_by_field_id(Field.EXPRESSION)
        before = [part_name(part) for part in parts[:number]]
        return None if base is None else _selected(judge, index, base, before)
    clause = parent.parent
    if clause is not None and clause.kind_id == Kind.INHERIT_FROM:
        base = clause.child_by_field_id(Field.EXPRESSION)
        return None if base is None else _selected(judge, index, base, [])
    return None


def _bound(
    judge: Judge, file: str, binding: Node, parts: list[Node], number: int
) -> KeyKind | None:
    group = binding.parent
    table = None if group is None else group.parent
    if group is None or table is None:
        return None
    if number > 0:
        called = part_name(parts[number - 1])
        return judge(called, set(_names_below(group, [part_name(p) for p in parts[:number]])))
    return kind_of_table(judge, file, table)


def kind_of_table(judge: Judge, file: str, table: Node) -> KeyKind | None:
    """What the names in a set are."""
    if table.kind_id not in SETS:
        return None
    called = _called(table) or (_stem(file) if _is_whole(table) else None)
    return None if called is None else judge(called, set(_names_of(table)))


def _selected(judge: Judge, index: Index, base: Node, before: list[str]) -> KeyKind | None:
    """What is selected from an expression by a name after some others."""
    while base.kind_id == Kind.PARENTHESIZED:
        inner = base.child_by_field_id(Field.EXPRESSION)
        if inner is None:
            return None
        base = inner
    if base.kind_id == Kind.SELECT:
        inner = base.child_by_field_id(Field.EXPRESSION)
        attrpath = base.child_by_field_id(Field.ATTRPATH)
        if inner is None or attrpath is None:
            return None
        return _selected(judge, index, inner, [*map(part_name, attrpath_parts(attrpath)), *before])
    if base.kind_id != Kind.VARIABLE:
        return None
    variable = node_text(base)
    if before:
        return _written_somewhere(judge, index, before[-1])
    binder = find_binder(variable, base)
    value = None if binder is None else binder.value
    if value is not None and value.kind_id in SETS:
        return judge(variable, set(_names_of(value)))
    return _written_somewhere(judge, index, variable)


def _written_somewhere(judge: Judge, index: Index, called: str) -> KeyKind | None:
    """What the names of the sets that are called so in any file are, if that is clear."""
    if CLEAR.fullmatch(called) is None:
        return None
    kinds = {judge(called, names) for names in _tables(index, called)}
    return kinds.pop() if len(kinds) == 1 else None


def _tables(index: Index, called: str) -> Iterator[set[str]]:
    word = re.compile(rb"(?<![\w'-])" + re.escape(called.encode()) + rb"\s*(?:=|\.)")
    for path in index.paths:
        is_file = _stem(path) == called
        text = index[path].text
        if not is_file and word.search(text) is None:
            continue
        for table in _sets_of(parse(text)):
            if _called(table) == called or (is_file and _is_whole(table)):
                yield set(_names_of(table))


def _sets_of(source: Source) -> Iterator[Node]:
    return (node for node in walk(source.root) if node.kind_id in SETS)


def _names_of(table: Node) -> Iterator[str]:
    for group in table.named_children:
        if group.kind_id == Kind.BINDING_SET:
            yield from _names_below(group, [])


def _names_below(group: Node, start: list[str]) -> Iterator[str]:
    """The names that the bindings of a group have right after some first ones."""
    for clause in group.named_children:
        if clause.kind_id == Kind.BINDING:
            attrpath = clause.child_by_field_id(Field.ATTRPATH)
            names = [] if attrpath is None else list(map(part_name, attrpath_parts(attrpath)))
            if len(names) > len(start) and names[: len(start)] == start:
                yield names[len(start)]
        elif not start:
            attrs = clause.child_by_field_id(Field.ATTRS)
            for part in attrs.named_children if attrs is not None else ():
                if part.kind_id != Kind.COMMENT:
                    yield part_name(part)


def _called(table: Node) -> str | None:
    """The last name of the binding whose value a set is."""
    outer = table.parent
    while outer is not None and outer.kind_id == Kind.PARENTHESIZED:
        outer = outer.parent
    if outer is None or outer.kind_id != Kind.BINDING:
        return None
    attrpath = outer.child_by_field_id(Field.ATTRPATH)
    parts = [] if attrpath is None else attrpath_parts(attrpath)
    return part_name(parts[-1]) if parts else None


def _is_whole(table: Node) -> bool:
    """Whether a file is nothing but a set, perhaps behind arguments."""
    outer = table.parent
    while outer is not None and outer.kind_id in (Kind.PARENTHESIZED, Kind.FUNCTION, Kind.LET):
        outer = outer.parent
    return outer is not None and outer.kind_id == Kind.SOURCE


def _stem(file: str) -> str:
    folder, base = os.path.split(file)
    return os.path.basename(folder) if base == "default.nix" else base.removesuffix(".nix")
