"""Fetching the inputs that are not in the store, so that their sources can be read."""

from __future__ import annotations

from hmls.homes.sources import missing_inputs
from hmls.homes.workspace import View
from hmls.ide.actions.action import Action
from hmls.ide.types import Command

_MOST = 4


def fetch_inputs(view: View, path: str, start: int, end: int) -> list[Action]:
    """`nix flake archive` where the flake declares or a file names an input that is missing."""
    repository, source = view.repository(path), view.source(path)
    if repository is None or source is None:
        return []
    missing = missing_inputs(repository)
    lines = source.lines
    first, last = lines.line_of(start), lines.line_of(end)
    here = b"\n".join(lines.line_text(line) for line in range(first, last + 1))
    is_flake = path == repository.flake.path
    named = [name for name in missing if name.encode() in here]
    if not named and not (is_flake and b"inputs" in here and missing):
        return []
    shown = named or missing
    names = ", ".join(shown[:_MOST]) + (" …" if len(shown) > _MOST else "")
    title = f"Fetch the sources of {names}: nix flake archive"
    command = Command("archive", {"root": repository.root})
    return [Action(title, "quickfix", command=command)]
