"""Which inputs of a flake hold something to know, and whether they lie in the store."""

from __future__ import annotations

import os
from dataclasses import dataclass

from hmls.homes.inputs import inputs_of_role
from hmls.homes.repository import Repository

KINDS = {
    "home-manager": "home-manager", "packages": "nixpkgs", "nixos": "nixpkgs",
    "darwin": "nix-darwin",
}  # fmt: skip
"""What is read of an input → the role of the input."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something to be read of an input. `disk_path` is where the store path really lies."""

    kind: str
    input: str
    store_path: str
    disk_path: str
    is_here: bool


def sources_of(repository: Repository) -> list[Source]:
    """All that can be known of a flake's inputs, the more important first."""
    found: list[Source] = []
    for kind, role in KINDS.items():
        # Of several nixpkgs the main one is enough.
        inputs = inputs_of_role(repository.flake.lock, role)
        for name, locked in inputs[: None if role == "home-manager" else 1]:
            path = locked.store_path
            if path is not None:
                disk = repository.files.store_root + path
                found.append(Source(kind, name, path, disk, is_whole(disk)))
    return found


def missing_inputs(repository: Repository) -> list[str]:
    """The inputs that the flake itself names, and that are not in the store here."""
    missing: list[str] = []
    for name, locked in repository.flake.lock.inputs.items():
        path = locked.store_path
        if locked.folder is not None:
            continue
        if path is None or not os.path.isdir(repository.files.store_root + path):
            missing.append(name)
    return missing


def is_whole(disk_path: str) -> bool:
    """Whether a store path is there, as far as can be told by looking at its top."""
    try:
        with os.scandir(disk_path) as entries:
            return next(iter(entries), None) is not None
    except OSError:
        return False
