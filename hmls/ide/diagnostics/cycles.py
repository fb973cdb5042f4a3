"""Imports that lead back to the file that they stand in."""

from __future__ import annotations

import os

from hmls.homes.repository import Repository
from hmls.ide.types import Place
from hmls.syntax.cursor import PathText, context_at


def cycles(repository: Repository) -> tuple[Place, ...]:
    """The path literals in `imports` by which a file imports itself, at once or over others."""
    imports = {path: _imports(repository, path) for path in repository.index.paths}
    return tuple(
        place
        for path, found in imports.items()
        for place, target in found
        if _leads_to(imports, target, path)
    )


def _imports(repository: Repository, path: str) -> list[tuple[Place, str]]:
    literals = repository.index[path].paths
    source = repository.files.source(path) if literals else None
    if source is None:
        return []
    found = []
    for literal in literals:
        target = os.path.normpath(os.path.join(os.path.dirname(path), literal.text))
        if not target.endswith(".nix"):
            target = os.path.join(target, "default.nix")
        context = context_at(source, literal.start + 1)
        if isinstance(context, PathText) and context.in_imports:
            found.append((Place(path, literal.start, literal.end), target))
    return found


def _leads_to(imports: dict[str, list[tuple[Place, str]]], start: str, goal: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        current = waiting.pop()
        if current == goal:
            return True
        for _, target in imports.get(current, ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return False
