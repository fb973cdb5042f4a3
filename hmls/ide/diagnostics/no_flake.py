"""A home that no flake holds, so that nothing is known of it."""

from __future__ import annotations

import os

from hmls.homes.workspace import View
from hmls.ide.diagnostics.places import first_line_end
from hmls.ide.diagnostics.registry import NO_FLAKE, Diagnostic


def diagnose(view: View, path: str) -> list[Diagnostic]:
    """For an open file in a folder `homes`, above which there is no flake.nix."""
    buffer = view.snapshot.buffers.get(path)
    parts = path.split(os.sep)
    if buffer is None or not path.endswith(".nix") or "homes" not in parts[:-2]:
        return []
    root = os.sep.join(parts[: parts.index("homes")])
    folder = os.path.dirname(path)
    while len(folder) >= len(root) and folder != os.sep:
        if os.path.lexists(os.path.join(folder, "flake.nix")):
            return []
        folder = os.path.dirname(folder)
    message = f"there is no flake.nix in {root or os.sep}: this home is part of no flake"
    return [Diagnostic(path, 0, first_line_end(buffer.text), NO_FLAKE, message)]
