"""Completion of users and hosts wherever a person writes one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmls.homes.keyed import keyed_by
from hmls.homes.people import (
    Host,
    User,
    describe_host,
    describe_user,
    hosts,
    layer_words,
    users,
)
from hmls.homes.repository import Repository
from hmls.ide.completion.item import Item
from hmls.ide.completion.place import CompletionPlace, without_marker
from hmls.lang.show import quote
from hmls.lang.values import is_identifier
from hmls.syntax.cursor import BindingName, Selection, StringText

_FLAKE_REFERENCE = re.compile(r"(?:^|\s)[\w./~:?=&%+-]*#([\w.\"@-]*)$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which names fit. A standalone home is deployed by home-manager, a host by nixos-rebuild."""

    users: bool = False
    standalone: bool = False
    hosts: bool = False


_USERS, _STANDALONE, _HOSTS = Wanted(users=True), Wanted(standalone=True), Wanted(hosts=True)
_BOTH = Wanted(standalone=True, hosts=True)
_SETS: dict[tuple[str, ...], Wanted] = {
    ("homeConfigurations",): _STANDALONE,
    ("nixosConfigurations",): _HOSTS,
    ("darwinConfigurations",): _HOSTS,
    ("home-manager", "users"): _USERS,
    ("users", "users"): _USERS,
    ("users", "extraUsers"): _USERS,
}
_VALUES: dict[tuple[str, ...], Wanted] = {
    ("home", "username"): _USERS,
    ("users", "primaryUser"): _USERS,
    ("system", "primaryUser"): _USERS,
    ("networking", "hostName"): _HOSTS,
    ("networking", "computerName"): _HOSTS,
}
_COMPARED: dict[str, Wanted] = {
    "hostName": _HOSTS,
    "hostname": _HOSTS,
    "host": _HOSTS,
    "username": _USERS,
    "userName": _USERS,
    "user": _USERS,
}


def complete_names(repository: Repository, place: CompletionPlace) -> list[Item]:
    """Users and hosts, if the cursor is where one of them is written."""
    context = place.context
    if isinstance(context, StringText):
        return _in_string(repository, context, place)
    if isinstance(context, BindingName | Selection):
        return _attributes(repository, context, place)
    return []


def _in_string(repository: Repository, context: StringText, place: CompletionPlace) -> list[Item]:
    before = without_marker(context.text)
    reference = _FLAKE_REFERENCE.search(place.before.rpartition('"')[2] + place.typed)
    if reference is not None and "#" in before:
        return _flake_reference(repository, reference.group(1), before, place)
    wanted = None
    if context.of is not None:
        wanted = _ending(_VALUES, context.of)
    if wanted is None and context.compared_with:
        wanted = _COMPARED.get(context.compared_with[-1])
    if wanted is None:
        return []
    start = context.span.start
    return _items(repository, wanted, start, start + len(before.encode()), quoted=False)


def _flake_reference(
    repository: Repository, fragment: str, text: str, place: CompletionPlace
) -> list[Item]:
    """`.#al`, `.#homeConfigurations.al`, also in the text of a command."""
    wanted = _BOTH
    if "home-manager" in text or "homeConfigurations" in fragment:
        wanted = _STANDALONE
    elif re.search(r"nixos-rebuild|darwin-rebuild", text) or "Configurations" in fragment:
        wanted = _HOSTS
    typed = re.split(r"[#.]", fragment)[-1].strip('"')
    start = place.start + len(place.typed.encode()) - len(typed.encode())
    end = max(place.end, start)
    return _items(repository, wanted, start, end, quoted=False)


def _attributes(
    repository: Repository,
    context: BindingName | Selection,
    place: CompletionPlace,
) -> list[Item]:
    parent = tuple(without_marker(name) for name in context.path[:-1])
    wanted = _ending(_SETS, parent)
    if wanted is None and parent:
        wanted = _keyed(repository, parent)
    if wanted is None:
        return []
    return _items(repository, wanted, place.start, place.end, quoted=True)


def _keyed(repository: Repository, parent: tuple[str, ...]) -> Wanted | None:
    """Sets whose attributes the repository itself names by users or hosts."""
    kinds = keyed_by(repository).get(parent)
    if kinds is None:
        return None
    return Wanted(users="user" in kinds, hosts="host" in kinds)


def _ending(table: dict[tuple[str, ...], Wanted], path: tuple[str, ...]) -> Wanted | None:
    for end, wanted in table.items():
        if path[-len(end) :] == end:
            return wanted
    return None


def _items(
    repository: Repository, wanted: Wanted, start: int, end: int, *, quoted: bool
) -> list[Item]:
    found: list[Item] = []
    root = repository.root
    if wanted.users or wanted.standalone:
        for user in users(repository).values():
            found.extend(_user_items(user, wanted, root, start, end, quoted=quoted))
    if wanted.hosts:
        found.extend(
            _host_item(host, root, start, end, quoted=quoted)
            for host in hosts(repository).values()
            if host.exists
        )
    return found


def _user_items(
    user: User, wanted: Wanted, root: str, start: int, end: int, *, quoted: bool
) -> list[Item]:
    documentation = describe_user(user, root)
    detail = f"user · {layer_words(user.layers)}" if user.layers else "user"
    if wanted.users:
        text = _attribute(user.name) if quoted else user.name
        return [Item(user.name, "user", text, start, end, detail, documentation)]
    return [
        Item(
            target.name,
            "user",
            _attribute(target.name) if quoted else target.name,
            start,
            end,
            f"standalone home · {layer_words(target.layers) or user.name}",
            documentation,
        )
        for target in user.standalone
    ]


def _host_item(host: Host, root: str, start: int, end: int, *, quoted: bool) -> Item:
    names = ", ".join(target.user for target in host.targets)
    detail = f"host · {names}" if names else "host"
    text = _attribute(host.name) if quoted else host.name
    return Item(host.name, "host", text, start, end, detail, describe_host(host, root))


def _attribute(name: str) -> str:
    return name if is_identifier(name) else quote(name)
