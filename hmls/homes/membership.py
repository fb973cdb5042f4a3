"""Which homes and systems a file is part of."""

from __future__ import annotations

import os
from functools import lru_cache

from hmls.homes.knowledge import SystemKind
from hmls.homes.repository import Repository, Space, loaded_files
from hmls.homes.targets import Target
from hmls.lang.errors import NixError, Unknowable
from hmls.modules.evaluation import Evaluation

_FOR_DARWIN = (os.path.join("modules", "darwin"), "darwin-modules")
"""The second is that of ez-configs."""


def targets_of(repository: Repository, path: str, *, own_user: bool = False) -> list[Target]:
    """The targets whose home a file is part of, those of its own layer first.

    For a layer the one that it is made for comes first: standalone for base and global. With
    `own_user` those of its user are enough, if there are any: whether other people load it
    takes the modules of all their homes.
    """
    layer = repository.layout.layer_of(path)
    items = repository.recent_targets.items
    if layer is not None:
        wanted = {"host": "host", "droid": "droid"}.get(layer.kind, "standalone")
        found = [t for t in items if own_user and t.user == layer.user and layer in t.layers]
        found = found or [target for target in items if layer in target.layers]
        found += [t for t in items if t.user == layer.user and t not in found and not found]
        if found:
            return sorted(found, key=lambda t: (t.kind != wanted, t.host != layer.host))
    return [target for target in items if path in home_files(repository, target)]


def home_files(repository: Repository, target: Target) -> frozenset[str]:
    """The files that are modules of a target's home; those of its layers if it is unknown."""
    try:
        return files_of(repository.evaluation(target))
    except (NixError, Unknowable):
        return frozenset(
            path
            for path in repository.index.paths
            if (layer := repository.layout.layer_of(path)) is not None and layer in target.layers
        )


def system_files(repository: Repository, target: Target) -> frozenset[str]:
    """The files that are modules of the system which a host target is part of."""
    try:
        evaluation = repository.host_evaluation(target)
        if evaluation is None:
            return frozenset()
        return files_of(evaluation)
    except (NixError, Unknowable):
        return frozenset()


def space_of(repository: Repository, path: str) -> Space | None:
    """Whose options a file's settings are, or None if it is no module as far as is known."""
    layout = repository.layout
    if layout.layer_of(path) is not None or _is_below(path, layout.home_modules):
        return "home"
    if _is_below(path, layout.system_modules) or _is_for_darwin(repository, path):
        return "system"
    items = repository.recent_targets.items
    host = next((name for name, at in layout.systems.items() if _is_below(path, at)), None)
    if host is not None:
        # The homes of a host may lie in its own folder.
        homes = (target for target in items if target.host == host)
        return "home" if any(path in home_files(repository, home) for home in homes) else "system"
    if any(path in home_files(repository, target) for target in items):
        return "home"
    if any(path in system_files(repository, target) for target in items):
        return "system"
    return None


def kinds_of_system(repository: Repository, path: str) -> tuple[SystemKind, ...]:
    """The kinds of system that a file with settings of systems is part of, or is likely for."""
    targets, layout = repository.recent_targets, repository.layout
    host = next((name for name, at in layout.systems.items() if _is_below(path, at)), None)
    layer = layout.layer_of(path)
    host = host if layer is None else layer.host
    if host in targets.hosts:
        return ("darwin",) if host in targets.darwin_hosts else ("nixos",)
    if not targets.darwin_hosts or _is_below(path, layout.system_modules):
        return ("nixos",)
    if _is_for_darwin(repository, path):
        return ("darwin",)
    found: set[SystemKind] = {
        "darwin" if host in targets.darwin_hosts else "nixos"
        for host in targets.hosts
        if path in _files_of_host(repository, host)
    }
    return tuple(sorted(found, reverse=True)) or ("nixos",)


def _files_of_host(repository: Repository, host: str) -> frozenset[str]:
    """The files that are modules of a host's system, homes or not."""
    try:
        evaluation = repository.recent_system(host)
        return frozenset() if evaluation is None else files_of(evaluation)
    except (NixError, Unknowable):
        return frozenset()


def _is_for_darwin(repository: Repository, path: str) -> bool:
    """Whether a file lies among the modules for nix-darwin, beside those for NixOS."""
    return any(_is_below(path, os.path.join(repository.root, each)) for each in _FOR_DARWIN)


def _is_below(path: str, folder: str | None) -> bool:
    return folder is not None and (path == folder or path.startswith(folder + os.sep))


def files_of(evaluation: Evaluation) -> frozenset[str]:
    """The files that are modules of an evaluation, found out once. Raises NixError, Unknowable."""
    found: frozenset[str] | None = evaluation.remembered.get(files_of)
    if found is None:
        found = frozenset(map(_module_file, loaded_files(evaluation)))
        evaluation.remembered[files_of] = found
    return found


@lru_cache(maxsize=16_384)
def _module_file(path: str) -> str:
    """The file behind the key of a module, which may be a folder."""
    return path if path.endswith(".nix") else os.path.join(path, "default.nix")


__all__ = [
    "Space", "files_of", "home_files", "kinds_of_system", "space_of", "system_files", "targets_of",
]  # fmt: skip
