"""Sets whose attributes are named by users or hosts, as the repository itself writes them."""

from __future__ import annotations

from hmls.homes.people import hosts, users
from hmls.homes.repository import Repository

Keyed = dict[tuple[str, ...], set[str]]


def keyed_by(repository: Repository) -> Keyed:
    """Path of a set → `user`, `host`: what names of its attributes are."""
    user_names, host_names = users(repository), hosts(repository)
    found: Keyed = {}
    for path in repository.index.paths:
        facts = repository.index[path]
        for defined in facts.defined:
            for position in range(1, len(defined.path)):
                name = defined.path[position]
                if name in user_names:
                    found.setdefault(defined.path[:position], set()).add("user")
                elif name in host_names:
                    found.setdefault(defined.path[:position], set()).add("host")
    return found
