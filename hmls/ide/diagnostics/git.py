"""Files that the flake does not see."""

from __future__ import annotations

import os

from hmls.homes.repository import Repository
from hmls.ide.diagnostics.places import first_line_end
from hmls.ide.diagnostics.registry import UNTRACKED, Diagnostic, Fix
from hmls.ide.types import Command


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    files = repository.files
    if files.tree.tracked is None or files.tree.is_tracked(files.relative(path)):
        return []
    if not os.path.lexists(path):
        # A buffer that was never saved, or whose file went with another branch: git cannot add it.
        return []
    end = first_line_end(repository.index[path].text)
    track = Command("track", {"root": repository.root, "paths": [path]})
    fix = Fix("git add -N", command=track, is_preferred=True)
    message = "git does not track this file, so Nix does not see it. Run: git add -N"
    return [Diagnostic(path, 0, end, UNTRACKED, message, fixes=(fix,))]
