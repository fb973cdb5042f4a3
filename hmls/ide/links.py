"""Links on the paths that a file names."""

from __future__ import annotations

import os
from dataclasses import dataclass

from hmls.homes.workspace import View


@dataclass(frozen=True, slots=True)
class Link:
    start: int
    end: int
    target: str


def document_links(view: View, path: str) -> list[Link]:
    """Path literals that lead to a file; a folder's link leads to its default.nix."""
    repository = view.repository(path)
    if repository is None:
        return []
    found: list[Link] = []
    for literal in repository.index[path].paths:
        target = os.path.normpath(os.path.join(os.path.dirname(path), literal.text))
        if os.path.isdir(target):
            target = os.path.join(target, "default.nix")
        if os.path.isfile(target):
            found.append(Link(literal.start, literal.end, target))
    return found
