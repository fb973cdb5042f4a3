"""Folders that homes and systems are called by, since the flake makes an output of each of them.

`mapAttrs … (builtins.readDir ./.)` is how many flakes do that, wherever the folders lie.
"""

from __future__ import annotations

import os

from hmls.homes.repository import Repository


def named_folders(repository: Repository) -> dict[str, str]:
    """Path → the name of the target or host that a folder or file is called by."""
    found: dict[str, str] | None = repository.remembered.get(named_folders)
    if found is None:
        found = repository.remembered[named_folders] = _named_folders(repository)
    return found


def _named_folders(repository: Repository) -> dict[str, str]:
    targets = repository.recent_targets
    homes = {target.name for target in targets.items if target.kind == "standalone"}
    # What is called as a home and as a host at once is not told apart.
    names = homes ^ set(targets.hosts)
    found: dict[str, str] = {}
    for folder, listed in repository.files.seen.folders.items():
        if folder not in repository.flake.reader.reads or not repository.files.is_inside(folder):
            continue
        stems = {entry: entry.removesuffix(".nix") for entry in listed if entry != "default.nix"}
        modules = {e: s for e, s in stems.items() if s != e or listed[e] == "directory"}
        # A module among others may be called as a user is; a folder of homes holds nothing else.
        are_all = names.issuperset(modules.values())
        for entry, name in modules.items():
            if name in names and (are_all or "@" in name):
                found[os.path.join(folder, entry)] = name
    return found
