"""Layers that nothing deploys, and systems that the flake does not expose."""

from __future__ import annotations

import os

from hmls.homes.flake import HOME_OUTPUTS, SYSTEM_OUTPUTS
from hmls.homes.knowledge import TABLE
from hmls.homes.layout import Layer
from hmls.homes.people import hosts
from hmls.homes.repository import Repository
from hmls.ide.diagnostics.places import first_file, first_line_end
from hmls.ide.diagnostics.registry import (
    MISSING_ENTRY,
    NOT_EXPOSED,
    UNKNOWN_HOST,
    UNUSED_LAYER,
    Diagnostic,
    Fix,
)
from hmls.ide.types import CreateFile, RenameFile, WorkspaceEdit
from hmls.lang.errors import NixError, Unknowable

_EMPTY_MODULE = "{ ... }:\n{\n}\n"
_META = frozenset(("meta.nix",))
_ALIKE_PERCENT = 60


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    """What is wrong with the layer or the system of which this is the first file."""
    layer = repository.layout.layer_of(path)
    if layer is None:
        return _system(repository, path)
    if first_file(repository, layer) != path:
        return []
    if not layer.has_entry:
        return _without_entry(repository, layer, path)
    if _is_used(repository, layer):
        return []
    end = first_line_end(repository.index[path].text)
    if layer.kind == "host" and not _host_exists(repository, layer):
        return [_unknown_host(repository, layer, path, end)] if _knows_hosts(repository) else []
    if not everything_is_known(repository):
        return []
    return [Diagnostic(path, 0, end, UNUSED_LAYER, _why_unused(layer))]


def everything_is_known(repository: Repository) -> bool:
    """Whether it is certain what the flake exposes, and which files each of its homes loads."""
    targets = repository.recent_targets
    if targets.errors or targets.assumptions:
        return False
    for target in targets.items:
        if target.kind == "droid":
            continue  # Its modules are those of the layout, by convention.
        if target.by_convention is not None:
            return False
        try:
            unread = repository.evaluation(target).collected.unread
        except (NixError, Unknowable):
            return False
        if any(each.unknown.cause.kind not in ("missing-input", TABLE) for each in unread):
            return False
    return True


def _is_used(repository: Repository, layer: Layer) -> bool:
    """Whether a target is made of it, or must be taken to be."""
    if any(layer in target.layers for target in repository.recent_targets.items):
        return True
    row = repository.layout.row
    return row is not None and row.host_layers_stand_alone and layer.kind == "host"


def _host_exists(repository: Repository, layer: Layer) -> bool:
    known = hosts(repository).get(layer.host or "")
    return known is not None and known.exists


def _knows_hosts(repository: Repository) -> bool:
    """Whether all hosts are known, and all homes that could be named as a host is."""
    flake = repository.flake
    homes = flake.configurations(HOME_OUTPUTS)
    if homes.error is not None or homes.unknown is not None:
        return False
    systems = [flake.configurations(kind) for kind in SYSTEM_OUTPUTS]
    return all(found.error is None and found.unknown is None for found in systems)


def _why_unused(layer: Layer) -> str:
    match layer.kind:
        case "host":
            return f"the system {layer.host} does not load the layer {layer.name}"
        case "droid":
            return f"the flake has no nixOnDroidConfigurations that loads the layer {layer.name}"
        case _:
            return (
                f"nothing that the flake exposes loads the layer {layer.name}: there is no "
                f"homeConfigurations.{layer.user} with it, and no system"
            )


def _without_entry(repository: Repository, layer: Layer, path: str) -> list[Diagnostic]:
    inside = [p for p in repository.index.paths if p.startswith(layer.folder + os.sep)]
    own = [p for p in inside if os.path.dirname(p) == layer.folder]
    if all(os.path.basename(p) in _META for p in own) or _is_imported(repository, layer):
        return []
    if not _misses_its_entry(repository, layer, inside):
        return []
    end = first_line_end(repository.index[path].text)
    name = os.path.basename(layer.entry)
    edit = WorkspaceEdit((CreateFile(layer.entry, _EMPTY_MODULE),))
    fix = Fix(f"Create {name}", edit, is_preferred=True)
    message = f"the layer {layer.name} has no {name}, so nothing loads it"
    return [Diagnostic(path, 0, end, MISSING_ENTRY, message, fixes=(fix,))]


def _misses_its_entry(repository: Repository, layer: Layer, inside: list[str]) -> bool:
    """Whether it is certain that nothing in the folder is read, or else what layers here have."""
    if everything_is_known(repository):
        readers = [repository.reader_of(target) for target in repository.recent_targets.items]
        read = repository.flake.reader.reads.union(*(reader.reads for reader in readers))
        return not any(path in read for path in inside)
    others = [each for each in repository.layout.layers if each.folder != layer.folder]
    named_otherwise = any(os.path.basename(path) == "home.nix" for path in inside)
    return any(each.has_entry for each in others) and not named_otherwise


def _is_imported(repository: Repository, layer: Layer) -> bool:
    """Whether a file elsewhere names one in the folder: then it is no layer."""
    for path, facts in repository.index.items():
        if path.startswith(layer.folder + os.sep):
            continue
        for literal in facts.paths:
            target = os.path.normpath(os.path.join(os.path.dirname(path), literal.text))
            if target == layer.folder or target.startswith(layer.folder + os.sep):
                return True
    return False


def _unknown_host(repository: Repository, layer: Layer, path: str, end: int) -> Diagnostic:
    from rapidfuzz import fuzz, process

    names = [host.name for host in hosts(repository).values() if host.exists]
    message = f"no system is called {layer.host}: nothing deploys the layer {layer.name}"
    fixes: list[Fix] = []
    # The ratio of whole names: WRatio finds `pi` in anything that has a p.
    close = process.extract(
        layer.host or "", names, scorer=fuzz.ratio, limit=2, score_cutoff=_ALIKE_PERCENT
    )
    message += f". Did you mean {close[0][0]}?" if close else ""
    for name, _, _ in close:
        folder = os.path.join(os.path.dirname(layer.folder), f"{layer.user}@{name}")
        if not os.path.lexists(folder):
            edit = WorkspaceEdit((RenameFile(layer.folder, folder),))
            title = f"Rename the layer to {layer.user}@{name}"
            fixes.append(Fix(title, edit, is_preferred=not fixes))
    return Diagnostic(path, 0, end, UNKNOWN_HOST, message, fixes=tuple(fixes))


def _system(repository: Repository, path: str) -> list[Diagnostic]:
    """A folder with a system that is not among the outputs of the flake."""
    layout = repository.layout
    if os.path.basename(path) != "default.nix":
        return []
    folder = os.path.dirname(path)
    host = next((name for name, where in layout.systems.items() if where == folder), None)
    if host is None or host in repository.recent_targets.hosts:
        return []
    if not _knows_hosts(repository) or path in repository.flake.reader.reads:
        return []
    end = first_line_end(repository.index[path].text)
    message = f"the flake exposes no system that is called {host}: nothing deploys this folder"
    return [Diagnostic(path, 0, end, NOT_EXPOSED, message)]
