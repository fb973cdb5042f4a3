"""Whose options a file that no known home or system loads is likely about, for completion only."""

from __future__ import annotations

import os
import re

from hmls.homes.offered import catalog_tables, option_exists
from hmls.homes.repository import Repository, Space

_OF_SYSTEMS = re.compile(r"(?i)(?:^|[/_.-])(nixos|hosts?|systems?|machines?|hardware)(?=[/_.-]|$)")
_OF_HOMES = re.compile(r"(?i)(?:^|[/_.-])(homes?|home-manager|hm|users?)(?=[/_.-]|$)")
_MOST = 100
"""Settings of a file that are looked at."""


def guessed_space(repository: Repository, path: str) -> Space:
    """By what its settings are options of, else by its path."""
    counts: dict[Space, int] = {"home": 0, "system": 0}
    spaces: tuple[Space, ...] = ("home", "system")
    if path in repository.index.path_set:
        defined = [d.path for d in repository.index[path].defined if not d.declares and d.is_leaf]
        for space in spaces:
            tables = catalog_tables(repository, space, path)
            counts[space] = sum(
                any(option_exists(table, names) for table in tables) for names in defined[:_MOST]
            )
    if counts["home"] != counts["system"]:
        return max(spaces, key=lambda space: counts[space])
    name = os.path.relpath(path, repository.root)
    is_of_system = _OF_SYSTEMS.search(name) is not None and _OF_HOMES.search(name) is None
    return "system" if is_of_system and catalog_tables(repository, "system", path) else "home"
