"""Problems that a build would fail on, or silently ignore, found before it."""

from __future__ import annotations

from collections.abc import Callable

from hmls.homes.repository import Repository
from hmls.homes.workspace import View
from hmls.ide.diagnostics import git, imports, layers, references, syntax
from hmls.ide.diagnostics.registry import CODES, Code, Diagnostic, Fix

_OF_FILES: tuple[Callable[[Repository, str], list[Diagnostic]], ...] = (
    syntax.diagnose,
    imports.diagnose,
    references.diagnose,
    git.diagnose,
    layers.diagnose,
)


def diagnose_file(view: View, path: str) -> list[Diagnostic]:
    """The problems of one .nix file of a flake."""
    repository = view.repository(path)
    if repository is None or not path.endswith(".nix") or not repository.files.is_inside(path):
        return []
    found = [d for check in _OF_FILES for d in check(repository, path)]
    return sorted(found, key=lambda d: (d.start, d.end, d.code.name))


def diagnose_all(view: View, repository: Repository) -> list[Diagnostic]:
    """The problems of all files of a flake, by file and place."""
    return [d for path in repository.index.paths for d in diagnose_file(view, path)]


__all__ = ["CODES", "Code", "Diagnostic", "Fix", "diagnose_all", "diagnose_file"]
