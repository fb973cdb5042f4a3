"""Completion of users and hosts wherever a person writes one."""

from __future__ import annotations

from hmls.homes.mentions import Names
from hmls.homes.people import Host, User, describe_host, describe_user, layer_words
from hmls.homes.repository import Repository
from hmls.ide.completion.flake_references import flake_reference
from hmls.ide.completion.item import Item
from hmls.ide.completion.wanted import Wanted, wanted_attributes, wanted_in_string
from hmls.ide.place import CompletionPlace, without_marker
from hmls.lang.show import quote
from hmls.lang.values import is_identifier
from hmls.syntax.cursor import BindingName, Selection, StringText
from hmls.syntax.parse import Source


def complete_references(
    repository: Repository, source: Source, offset: int, text: bytes
) -> list[Item]:
    """Targets behind `#` in a command, in strings and in comments."""
    reference = flake_reference(source, offset, text)
    if reference is None:
        return []
    return _items(repository, reference.wanted, reference.start, reference.end, quoted=False)


def complete_names(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """Users and hosts, if the cursor is where one of them is written."""
    context, names = place.context, Names.of(repository)
    if isinstance(context, StringText) and context.is_whole:
        wanted = wanted_in_string(names, path, context, place)
        start = context.span.start
        end = start + len(without_marker(context.text).encode())
        return _items(repository, wanted or frozenset(), start, end, quoted=False)
    if isinstance(context, BindingName | Selection):
        wanted = wanted_attributes(names, context, place)
        return _items(repository, wanted or frozenset(), place.start, place.end, quoted=True)
    return []


def _items(
    repository: Repository, wanted: Wanted, start: int, end: int, *, quoted: bool
) -> list[Item]:
    found: list[Item] = []
    names, root = Names.of(repository), repository.root
    for user in names.users.values() if wanted else ():
        for name, detail in _of_user(user, wanted):
            text = _attribute(name) if quoted else name
            documentation = describe_user(user, root)
            found.append(Item(name, "user", text, start, end, detail, documentation))
    for host in names.hosts.values() if wanted else ():
        if host.exists and ("darwin" if host.is_darwin else "nixos") in wanted:
            text = _attribute(host.name) if quoted else host.name
            found.append(
                Item(host.name, "host", text, start, end, _detail(host), describe_host(host, root))
            )
    return found


def _of_user(user: User, wanted: Wanted) -> list[tuple[str, str]]:
    """Name and detail of each thing of a user that fits."""
    if "user" in wanted:
        return [(user.name, f"user · {layer_words(user.layers)}" if user.layers else "user")]
    found = []
    for target in user.targets:
        words = layer_words(target.layers) or user.name
        if target.kind == "standalone" and "standalone" in wanted:
            found.append((target.output_name, f"standalone home · {words}"))
        elif target.kind == "droid" and "droid" in wanted:
            found.append((target.output_name, f"nix-on-droid home · {words}"))
    return found


def _detail(host: Host) -> str:
    users = ", ".join(dict.fromkeys(target.user for target in host.targets))
    return f"host · {users}" if users else "host"


def _attribute(name: str) -> str:
    return name if is_identifier(name) else quote(name)
