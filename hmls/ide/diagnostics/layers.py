"""Layers that nothing deploys."""

from __future__ import annotations

import os

from hmls.homes.layout import Layer
from hmls.homes.people import hosts
from hmls.homes.repository import Repository
from hmls.ide.diagnostics.registry import MISSING_ENTRY, UNKNOWN_HOST, Diagnostic, Fix
from hmls.ide.types import CreateFile, RenameFile, WorkspaceEdit

_EMPTY_MODULE = "{ ... }:\n{\n}\n"


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    """What is wrong with the layer of which this is the first file."""
    layer = repository.layout.layer_of(path)
    if layer is None or _first_file(repository, layer) != path:
        return []
    end = _first_line_end(repository.index[path].text)
    found: list[Diagnostic] = []
    if layer.kind == "host" and not _is_used(repository, layer):
        found.append(_unknown_host(repository, layer, path, end))
    if not layer.has_entry and not _is_used(repository, layer):
        name = os.path.basename(layer.entry)
        fix = Fix(f"Create {name}", WorkspaceEdit((CreateFile(layer.entry, _EMPTY_MODULE),)))
        message = f"the layer {layer.name} has no {name}, so nothing loads it"
        found.append(Diagnostic(path, 0, end, MISSING_ENTRY, message, fixes=(fix,)))
    return found


def _first_file(repository: Repository, layer: Layer) -> str | None:
    """The file that stands for a layer: its default.nix, else the first one in it."""
    if layer.has_entry:
        return layer.entry
    for path in repository.index.paths:
        if path.startswith(layer.folder + os.sep):
            return path
    return None


def _is_used(repository: Repository, layer: Layer) -> bool:
    """Whether a target is made of it, or might be: what is not understood is no mistake."""
    targets = repository.recent_targets
    if any(layer in target.layers for target in targets.items):
        return True
    row = repository.layout.row
    if row is not None and row.host_layers_stand_alone:
        return True
    known = hosts(repository).get(layer.host or "")
    return known is not None and known.exists and layer.has_entry


def _unknown_host(repository: Repository, layer: Layer, path: str, end: int) -> Diagnostic:
    from rapidfuzz import process

    names = [host.name for host in hosts(repository).values() if host.exists]
    message = f"no system is called {layer.host}: nothing deploys the layer {layer.name}"
    fixes = []
    for name, _, _ in process.extract(layer.host or "", names, limit=2, score_cutoff=60):
        folder = os.path.join(os.path.dirname(layer.folder), f"{layer.user}@{name}")
        if not os.path.lexists(folder):
            edit = WorkspaceEdit((RenameFile(layer.folder, folder),))
            fixes.append(Fix(f"Rename the layer to {layer.user}@{name}", edit))
            message += f". Did you mean {name}?" if not fixes[1:] else ""
    return Diagnostic(path, 0, end, UNKNOWN_HOST, message, fixes=tuple(fixes))


def _first_line_end(text: bytes) -> int:
    end = text.find(b"\n")
    return len(text) if end < 0 else end
