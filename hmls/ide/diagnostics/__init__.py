"""Problems that a build would fail on, or silently ignore, found before it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from itertools import groupby

from hmls.homes.repository import Repository
from hmls.homes.targets import Target
from hmls.homes.workspace import View
from hmls.ide.diagnostics import (
    evaluated,
    git,
    imports,
    layers,
    no_flake,
    packages,
    references,
    renamed,
    sudo,
    syntax,
    system_options,
    unreadable,
)
from hmls.ide.diagnostics.registry import CODES, Code, Diagnostic, Fix
from hmls.lang.budget import limited, resident_bytes
from hmls.lang.errors import GaveUp

_OF_TEXTS: tuple[Callable[[Repository, str], list[Diagnostic]], ...] = (
    syntax.diagnose,
    imports.diagnose,
    references.diagnose,
    sudo.diagnose,
    git.diagnose,
    packages.diagnose,
)
"""What is found by looking at one file."""
_OF_VALUES: tuple[Callable[[Repository, str], list[Diagnostic]], ...] = (
    layers.diagnose,
    evaluated.diagnose,
    renamed.diagnose,
    system_options.diagnose,
    packages.diagnose_unfree,
)
"""What needs the flake and its targets evaluated."""
_STEPS_PER_TARGET = 80_000_000
MUCH_MEMORY = 1 << 30
"""Bytes that a check may take before it lets values go."""


def diagnose_file(view: View, path: str) -> list[Diagnostic]:
    """The problems of one .nix file of a flake, those of its values among them."""
    return _look(view, path, (*_OF_TEXTS, *_OF_VALUES))


def diagnose_text(view: View, path: str) -> list[Diagnostic]:
    """The problems that are found without evaluating anything, which is quick."""
    return _look(view, path, _OF_TEXTS)


def diagnose_all(view: View, repository: Repository) -> list[Diagnostic]:
    """The problems of all files of a flake, by file and place.

    Where they take much memory, the values of targets that were examined are let go.
    """
    targets = sorted(repository.targets.items, key=lambda target: target.output)
    for _, together in groupby(targets, key=lambda target: target.output):
        of_output = list(together)
        for target in of_output:
            with limited(_STEPS_PER_TARGET):
                settle(repository, target)
        if resident_bytes() > MUCH_MEMORY:
            evaluated.let_go(repository, of_output)
            gc.collect()
    return [d for path in paths_of(repository) for d in diagnose_file(view, path)]


def paths_of(repository: Repository) -> list[str]:
    """The files of a flake in which problems are looked for."""
    return sorted({*repository.index.paths, *unreadable.found_unreadable(repository)})


def settle(repository: Repository, target: Target) -> None:
    """Find out what is wrong with a target, or that it takes too long."""
    try:
        evaluated.examine(repository, target)
    except (GaveUp, RecursionError):
        evaluated.give_up(repository, target)


def _look(
    view: View, path: str, checks: tuple[Callable[[Repository, str], list[Diagnostic]], ...]
) -> list[Diagnostic]:
    repository = view.repository(path)
    if repository is None:
        return no_flake.diagnose(view, path)
    files = repository.files
    if not files.is_inside(path):
        return []
    found = unreadable.diagnose(repository, path)
    if not found and not files.exists(path):
        return []
    if not path.endswith(".nix") or found:
        return found
    for check in checks:
        try:
            found += check(repository, path)
        except GaveUp:
            continue  # The flake takes too long; what its texts say is still worth telling.
    return sorted(found, key=lambda d: (d.start, d.end, d.code.name))


__all__ = [
    "CODES",
    "Code",
    "Diagnostic",
    "Fix",
    "diagnose_all",
    "diagnose_file",
    "diagnose_text",
    "paths_of",
    "settle",
]
