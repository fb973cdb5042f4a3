"""Where files name users and hosts: as attributes, in strings, in flake references and paths."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from hmls.homes.gathered import DefinedNames
from hmls.homes.keyed_sets import CLEAR, kind_of_key, kind_of_table
from hmls.homes.membership import space_of
from hmls.homes.named_folders import named_folders
from hmls.homes.naming import named_by
from hmls.homes.path_texts import path_text_at
from hmls.homes.people import Host, User, hosts, users
from hmls.homes.repository import Repository
from hmls.syntax.attrpath import DYNAMIC, node_text
from hmls.syntax.cursor import (
    BindingName,
    Selection,
    Span,
    StringText,
    Variable,
    context_at,
    outer_path,
)
from hmls.syntax.kinds import SETS, Kind
from hmls.syntax.parse import Node, Source, node_at
from hmls.syntax.uses import occurrences

NameKind = Literal["user", "host"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A user's or host's name in a file; `start` to `end` are its bytes.

    `is_attribute` says that it stands where a name of an attribute does, with its quotes if
    it has any, so that another name there needs quotes if it is no identifier. `is_inherited`
    says that it stands in `inherit (set) name;` and binds a name there that is no user's or
    host's, and stays.
    """

    kind: NameKind
    name: str
    start: int
    end: int
    is_attribute: bool = False
    is_inherited: bool = False
    before: str = ""
    """What the attribute's name begins with, before the user's: `home-manager-` in a unit's."""


_SETS: dict[tuple[str, ...], NameKind] = {
    ("homeConfigurations",): "user",
    ("nixOnDroidConfigurations",): "user",
    ("nixosConfigurations",): "host",
    ("darwinConfigurations",): "host",
    ("home-manager", "users"): "user",
    ("users", "users"): "user",
    ("users", "extraUsers"): "user",
}
VALUES: dict[str, NameKind] = {
    "username": "user",
    "userName": "user",
    "user": "user",
    "primaryUser": "user",
    "autologinUser": "user",
    "owner": "user",
    "hostName": "host",
    "hostname": "host",
    "host": "host",
    "computerName": "host",
}
"""Names of settings and variables whose value, or what is compared with them, is a name."""
CERTAIN_VALUES = frozenset(("username", "primaryUser", "hostName", "computerName"))
"""Those of them that also in a home name no account elsewhere, as `github.user` does."""
COLLECTIONS = re.compile(
    r"(?i)(?P<user>(?:trusted-|allowed-|allow)?users?|people|persons?|accounts?|homes?|members|admins)"
    r"|(?P<host>hosts?|machines?|systems?|devices?|nodes)"
)
_SERVICE = "home-manager-"
_UNIT = re.compile(_SERVICE + r"([\w.-]+?)(?:\.service)?")
"""The service of NixOS that activates a user's home. Source: nixos/default.nix of Home Manager."""
_HOMES = re.compile(r"(?<![^\s:='\"])/(?:home|Users)/([\w.-]+)(?=[/\s:;,'\"]|$)")
_LAYER = re.compile(r"(?<![\w.-])([\w-]+)@([\w-]+)(?![\w-]|\.\w)")
_FLAKE_REFERENCE = re.compile(
    r"#(?:(?:homeConfigurations|nixosConfigurations|darwinConfigurations)\.)?\\?[\"']?"
    r"([A-Za-z0-9_-]+)(?:@([A-Za-z0-9_-]+))?"
)


class Names:
    """The names of a repository, and what it tells of where they are written."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.users: dict[str, User] = users(repository)
        self.hosts: dict[str, Host] = hosts(repository)

    @classmethod
    def of(cls, repository: Repository) -> Names:
        """Those of a repository, gathered once for each version of it."""
        found: Names | None = repository.remembered.get(cls)
        if found is None:
            found = repository.remembered[cls] = cls(repository)
        return found

    def kinds(self, name: str) -> list[NameKind]:
        found: list[NameKind] = ["user"] if name in self.users else []
        return [*found, "host"] if name in self.hosts else found

    def has(self, kind: NameKind, name: str) -> bool:
        return name in (self.users if kind == "user" else self.hosts)

    def keyed_by(self, path: tuple[str, ...]) -> NameKind | None:
        """What the attributes of a set are called by: by its own name, or by all of theirs."""
        if not path:
            return None
        return self.judged(path[-1], DefinedNames.of(self.repository.index).below(path).keys())

    def judged(self, called: str, keys: Collection[str]) -> NameKind | None:
        """What the names in a set are, by what the set is called and by all of them."""
        names = set(keys) - {DYNAMIC}
        if names.isdisjoint(self.users) and names.isdisjoint(self.hosts):
            return None
        clear = CLEAR.fullmatch(called)
        if clear is not None:
            return "user" if clear.group("user") else "host"
        if COLLECTIONS.fullmatch(called) is None and len(names) < 2:
            return None
        if names <= self.users.keys():
            return "user"
        return "host" if names <= self.hosts.keys() else None


def mention_at(names: Names, path: str, source: Source, offset: int) -> Mention | None:
    """The user or host that is named at a byte offset."""
    repository = names.repository
    written = path_text_at(source, path, repository.root, offset)
    if written is not None:
        for segment, start, upto in written.segments():
            found = _in_segment(names, segment, start, upto, offset)
            if found is not None:
                return found
        return None
    node = node_at(source, offset)
    if node.kind_id == Kind.COMMENT:
        return _in_comment(names, node, offset)
    match context_at(source, offset):
        case BindingName() as context:
            found = _attribute(names, context.path, context.span)
            return found or _key(names, path, node, context.path[-1:], context.span)
        case Selection() as context:
            found = _attribute(names, context.path, context.span)
            return found or _key(names, path, node, context.path[-1:], context.span)
        case Variable() as context:
            found = None
            if context.path is not None and len(context.path) > 1:
                found = _attribute(names, context.path, context.span)
            found = found or _key(names, path, node, (context.name,), context.span)
            return _inherited(names, path, node, found)
        case StringText() as context:
            return _in_string(names, path, source, context, offset)
    return None


def mentions(names: Names, path: str, kind: NameKind, name: str) -> list[Mention]:
    """All places of a file that name a user or host."""
    text = names.repository.index[path].text
    if name.encode() not in text:
        return []
    source = names.repository.files.source(path)
    if source is None:
        return []
    units = ((start + len(_SERVICE), end) for start, end in occurrences(text, _SERVICE + name))
    found = (
        mention_at(names, path, source, start + 1 if end - start > 1 else end)
        for start, end in (*occurrences(text, name), *units)
    )
    wanted = (m for m in found if m is not None and m.kind == kind and m.name == name)
    return sorted(dict.fromkeys(wanted), key=lambda mention: mention.start)


def _in_segment(names: Names, segment: str, start: int, upto: str, offset: int) -> Mention | None:
    """A folder of a layer or a system in a path."""
    layout = names.repository.layout
    user, at, host = segment.removesuffix(".nix").partition("@")
    end = start + len(user.encode())
    if not start <= offset <= start + len(segment.encode()):
        return None
    layer = next((x for x in layout.layers if upto in (x.folder, x.entry)), None)
    is_layer = layer is not None and segment.removesuffix(".nix") == layer.name
    named = named_folders(names.repository).get(upto)
    if is_layer or (named is not None and user in names.users):
        if host in names.hosts and offset > end:
            return Mention("host", host, end + 1, end + 1 + len(host.encode()))
        return Mention("user", user, start, end) if offset <= end else None
    if named in names.hosts:
        return Mention("host", named, start, start + len(named.encode()))
    if at and not host and user in names.users:
        # `"/alice@${host}"`
        return Mention("user", user, start, end)
    if segment in names.users and upto in layout.folders_of(segment):
        return Mention("user", segment, start, start + len(segment.encode()))
    if layout.systems.get(segment) == upto:
        return Mention("host", segment, start, start + len(segment.encode()))
    return None


def _attribute(names: Names, path: tuple[str, ...], span: Span) -> Mention | None:
    if not path:
        return None
    name, parent = path[-1], path[:-1]
    unit = _UNIT.fullmatch(name)
    if unit is not None and unit[1] in names.users and parent[-1:] == ("services",):
        start, end = span.start, span.end
        return Mention("user", unit[1], start, end, is_attribute=True, before=_SERVICE)
    user, at, _ = name.partition("@")
    if user not in names.users and name not in names.hosts:
        return None
    kind = _kind_below(names, parent)
    if kind == "user" and at and user in names.users and span.end - span.start > len(name):
        # `homeConfigurations."alice@mac"`
        return Mention("user", user, span.start + 1, span.start + 1 + len(user.encode()))
    if kind is None or not names.has(kind, name):
        return None
    return Mention(kind, name, span.start, span.end, is_attribute=True)


def _key(names: Names, file: str, node: Node, name: tuple[str, ...], span: Span) -> Mention | None:
    """A user or host by whom a set is keyed that is no option."""
    if not name or not names.kinds(name[0]):
        return None
    kind = kind_of_key(names.judged, names.repository.index, file, _whole_name(node))
    if kind is None or not names.has(kind, name[0]):
        return None
    return Mention(kind, name[0], span.start, span.end, is_attribute=True)


def _inherited(names: Names, file: str, node: Node, found: Mention | None) -> Mention | None:
    """A mention in `inherit (set) name;`, with what the same name is bound to there."""
    name = _whole_name(node)
    attrs = name.parent
    clause = None if attrs is None else attrs.parent
    if found is None or clause is None or clause.kind_id != Kind.INHERIT_FROM:
        return found
    bound = _kind_of_bound(names, file, clause)
    return found if bound == found.kind else replace(found, is_inherited=True)


def _kind_of_bound(names: Names, file: str, clause: Node) -> NameKind | None:
    """What the names that an `inherit` binds are called by."""
    group = clause.parent
    table = None if group is None else group.parent
    if group is None or table is None or table.kind_id not in SETS:
        return None
    outer, _ = outer_path(clause)
    below = _kind_below(names, outer) if outer else None
    return below or kind_of_table(names.judged, file, table)


def _whole_name(node: Node) -> Node:
    parent = node.parent
    return parent if node.type == "string_fragment" and parent is not None else node


def _kind_below(names: Names, parent: tuple[str, ...]) -> NameKind | None:
    """What attributes of a set are called by."""
    for ending, kind in _SETS.items():
        if parent[-len(ending) :] == ending:
            return kind
    for dropped in (0, 1):
        known = names.keyed_by(parent[dropped:])
        if known is not None:
            return known
    return None


def _in_string(
    names: Names, path: str, source: Source, context: StringText, offset: int
) -> Mention | None:
    text, start = context.text, context.span.start
    for match in _FLAKE_REFERENCE.finditer(text):
        found = _reference(names, text, start, match, offset)
        if found is not None:
            return found
    if not context.is_whole:
        return _home_folder(names, context, offset)
    user, at, host = text.partition("@")
    if at and _is_layer(names, text):
        end = start + len(user.encode())
        if offset > end and host in names.hosts:
            return Mention("host", host, end + 1, end + 1 + len(host.encode()))
        return Mention("user", user, start, end) if offset <= end else None
    unit = _UNIT.fullmatch(text)
    if unit is not None and unit[1] in names.users:
        start += len(_SERVICE)
        return Mention("user", unit[1], start, start + len(unit[1].encode()))
    kind = _kind_of_string(names, path, source, context, offset)
    if kind is not None and names.has(kind, text):
        return Mention(kind, text, context.span.start, context.span.end)
    return _home_folder(names, context, offset)


def _in_comment(names: Names, comment: Node, offset: int) -> Mention | None:
    """Flake references, and layers by their full name; a bare name there is a mere word."""
    text, start = node_text(comment), comment.start_byte
    for match in _FLAKE_REFERENCE.finditer(text):
        found = _reference(names, text, start, match, offset)
        if found is not None:
            return found
    for match in _LAYER.finditer(text):
        if not _is_layer(names, match.group()):
            continue
        first = start + len(text[: match.start()].encode())
        middle = first + len(match.group(1).encode())
        if first <= offset <= middle:
            return Mention("user", match.group(1), first, middle)
        end = middle + 1 + len(match.group(2).encode())
        if middle < offset <= end and match.group(2) in names.hosts:
            return Mention("host", match.group(2), middle + 1, end)
    return None


def _is_layer(names: Names, name: str) -> bool:
    repository = names.repository
    return any(layer.name == name for layer in repository.layout.layers) or any(
        name in (target.name, target.output_name) for target in repository.recent_targets.items
    )


def _reference(
    names: Names, text: str, start: int, match: re.Match[str], offset: int
) -> Mention | None:
    """`.#alice`, `.#workstation`, `.#homeConfigurations.alice`."""
    first = start + len(text[: match.start(1)].encode())
    name = match.group(1)
    end = first + len(name.encode())
    if match.group(2) is not None and end < offset <= end + 1 + len(match.group(2).encode()):
        host = match.group(2)
        return Mention("host", host, end + 1, end + 1 + len(host)) if host in names.hosts else None
    if not first <= offset <= end:
        return None
    kinds = names.kinds(name)
    command = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    if "home-manager" in command or "homeConfigurations" in match.group():
        kinds = [kind for kind in kinds if kind == "user"]
    elif "rebuild" in command or "Configurations" in match.group():
        kinds = [kind for kind in kinds if kind == "host"]
    return Mention(kinds[0], name, first, end) if len(kinds) == 1 else None


def _kind_of_string(
    names: Names, path: str, source: Source, context: StringText, offset: int
) -> NameKind | None:
    """What a string names by where it stands."""
    if context.compared_with:
        return VALUES.get(context.compared_with[-1])
    owner = _owner(source, offset)
    named = named_by(names.repository.index, path, context.of, _whole_name(node_at(source, offset)))
    if named is not None:
        return named
    if context.of:
        last = context.of[-1]
        if last in VALUES and (
            len(context.of) == 1 or last in CERTAIN_VALUES or not _is_home(names, path)
        ):
            return VALUES[last]
        if context.of[-3:-1] == ("users", "users") and last == "name":
            return "user"
        called = COLLECTIONS.fullmatch(last)
        if called is not None and owner == Kind.LIST:
            kind: NameKind = "user" if called.group("user") else "host"
            if names.has(kind, context.text):
                return kind
    kinds = names.kinds(context.text)
    if owner in (Kind.LIST, Kind.APPLY) and len(kinds) == 1 and _builds(names, path):
        return kinds[0]
    return None


def _owner(source: Source, offset: int) -> int | None:
    """The kind of node that a string is a direct part of."""
    node = node_at(source, offset)
    if node.type == "string_fragment" and node.parent is not None:
        node = node.parent
    return None if node.parent is None else node.parent.kind_id


def _builds(names: Names, path: str) -> bool:
    """Whether a file is flake.nix or one of its helpers, and no module."""
    return space_of(names.repository, path) is None


def _is_home(names: Names, path: str) -> bool:
    return space_of(names.repository, path) == "home"


def _home_folder(names: Names, context: StringText, offset: int) -> Mention | None:
    """The user in `/home/alice`, the value of homeDirectory, and in paths below it."""
    for match in _HOMES.finditer(context.text):
        start = context.span.start + len(context.text[: match.start(1)].encode())
        end = start + len(match.group(1).encode())
        if start <= offset <= end and match.group(1) in names.users:
            return Mention("user", match.group(1), start, end)
    return None
