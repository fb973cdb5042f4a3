"""Which users and hosts fit where an attribute or a string is written."""

from __future__ import annotations

import re
from typing import Literal

from hmls.homes.keyed_sets import kind_of_key
from hmls.homes.membership import space_of
from hmls.homes.mentions import CERTAIN_VALUES, COLLECTIONS, VALUES, Names
from hmls.homes.naming import named_by
from hmls.ide.place import CompletionPlace, without_marker
from hmls.syntax.attrpath import attrpath_names, node_text
from hmls.syntax.cursor import BindingName, Selection, StringText
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node, node_at

Wanted = frozenset[Literal["user", "standalone", "droid", "nixos", "darwin"]]

USERS: Wanted = frozenset({"user"})
STANDALONE: Wanted = frozenset({"standalone"})
DROID: Wanted = frozenset({"droid"})
NIXOS: Wanted = frozenset({"nixos"})
DARWIN: Wanted = frozenset({"darwin"})
HOSTS: Wanted = NIXOS | DARWIN
_SETS: dict[tuple[str, ...], Wanted] = {
    ("homeConfigurations",): STANDALONE,
    ("nixosConfigurations",): NIXOS,
    ("darwinConfigurations",): DARWIN,
    ("nixOnDroidConfigurations",): DROID,
    ("home-manager", "users"): USERS,
    ("users", "users"): USERS,
    ("users", "extraUsers"): USERS,
}
_HELPERS = re.compile(r"(?i)(?P<user>home|user)|(?P<host>host|system|nixos|darwin|machine)")
"""Functions of flake.nix and its helpers that are called with a name: `mkHome "alice"`."""


def wanted_attributes(
    names: Names, context: BindingName | Selection, place: CompletionPlace
) -> Wanted | None:
    """What the attributes of a set are called by."""
    parent = tuple(without_marker(name) for name in context.path[:-1])
    for ending, wanted in _SETS.items():
        if parent[-len(ending) :] == ending:
            return wanted
    for dropped in (0, 1):
        known = names.keyed_by(parent[dropped:])
        if known is not None:
            return USERS if known == "user" else HOSTS
    if isinstance(context, BindingName):
        return _of_set(names, place)
    index, node = names.repository.index, node_at(place.source, place.start + 1)
    kind = kind_of_key(names.judged, index, "", node)
    return None if kind is None else USERS if kind == "user" else HOSTS


def _of_set(names: Names, place: CompletionPlace) -> Wanted | None:
    """A set of which `${hostName}` is selected, or all other names in which are users or hosts."""
    node: Node | None = node_at(place.source, place.start)
    while node is not None and node.kind_id != Kind.BINDING:
        node = node.parent
    table = node.parent.parent if node is not None and node.parent is not None else None
    if table is None or table.kind_id not in SETS or table.parent is None:
        return None
    outer = table.parent
    if outer.kind_id == Kind.PARENTHESIZED and outer.parent is not None:
        outer = outer.parent
    if outer.kind_id == Kind.SELECT:
        attrpath = outer.child_by_field_id(Field.ATTRPATH)
        return None if attrpath is None else _selected_by(node_text(attrpath))
    if outer.kind_id == Kind.BINDING:
        attrpath = outer.child_by_field_id(Field.ATTRPATH)
        name = attrpath_names(attrpath)[-1] if attrpath is not None else ""
        uses = re.search(rf"\b{re.escape(name)}\.(\$\{{[\w.'-]+\}})", node_text(place.source.root))
        if uses is not None:
            return _selected_by(uses[1])
    others = set(_names_of(table)) - {""}
    if outer.kind_id == Kind.BINDING:
        clear = names.judged(name, others)
        if clear is not None:
            return USERS if clear == "user" else HOSTS
    if len(others) < 2:
        return None
    return (
        USERS if others <= names.users.keys() else HOSTS if others <= names.hosts.keys() else None
    )


def _selected_by(text: str) -> Wanted | None:
    dynamic = re.match(r"\$\{\s*([\w.'-]+)\s*\}", text)
    kind = None if dynamic is None else VALUES.get(dynamic[1].rpartition(".")[2])
    return None if kind is None else USERS if kind == "user" else HOSTS


def _names_of(table: Node) -> list[str]:
    found = []
    for group in table.named_children:
        for clause in group.named_children:
            attrpath = clause.child_by_field_id(Field.ATTRPATH)
            if clause.kind_id == Kind.BINDING and attrpath is not None:
                name = attrpath_names(attrpath)[0]
                # What is being typed says nothing of what the others are.
                if without_marker(name) == name:
                    found.append(name)
    return found


def wanted_in_string(
    names: Names, path: str, context: StringText, place: CompletionPlace
) -> Wanted | None:
    """What a string names by where it stands."""
    kind = None
    repository = names.repository
    if context.compared_with:
        kind = VALUES.get(context.compared_with[-1])
    elif context.of:
        last, space = context.of[-1], space_of(repository, path)
        if last in VALUES and (len(context.of) == 1 or last in CERTAIN_VALUES or space != "home"):
            kind = VALUES[last]
        elif context.of[-3:-1] == ("users", "users") and last == "name":
            kind = "user"
    text = _string(place)
    owner = None if text is None else text.parent
    if kind is None and text is not None:
        kind = named_by(repository.index, path, context.of, text)
    if kind is None and owner is not None and owner.kind_id == Kind.LIST and context.of:
        called = COLLECTIONS.fullmatch(
            context.of[-1].removeprefix("allowed-").removeprefix("trusted-")
        )
        if called is not None:
            kind = "user" if called["user"] else "host"
    if kind is None and owner is not None and owner.kind_id == Kind.APPLY:
        function = owner.child_by_field_id(Field.FUNCTION)
        called = None if function is None else _HELPERS.search(function_name(function))
        if called is not None and space_of(repository, path) is None:
            kind = "user" if called["user"] else "host"
    return None if kind is None else USERS if kind == "user" else HOSTS


def _string(place: CompletionPlace) -> Node | None:
    """The string at the cursor."""
    node: Node | None = node_at(place.source, place.start)
    while node is not None and node.kind_id not in (Kind.STRING, Kind.INDENTED_STRING):
        node = node.parent
    return node
