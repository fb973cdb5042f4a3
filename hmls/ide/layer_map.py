"""The map of a repository: users, hosts, layers, targets, what was assumed, and their health."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hmls.homes.layout import Layer
from hmls.homes.people import hosts, users
from hmls.homes.repository import Repository
from hmls.homes.targets import Target
from hmls.lang import store

Deployed = Callable[[Target], str | None]
"""When a target was last deployed on this machine (ISO 8601), "never", or None: it cannot tell."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error or a warning that stands in a file, and the names of the targets it was found on."""

    is_error: bool
    targets: tuple[str, ...] = ()
    """None: all those of the layer that the file lies in."""


Problems = Mapping[str, Sequence[Problem]]
"""Path of a file → what stands in it."""


def layer_map(repository: Repository, problems: Problems, deployed: Deployed) -> dict[str, Any]:
    """A `MAP` of docs/protocol.md."""
    data = layers_json(repository)
    found = [
        (repository.layout.layer_of(path), problem)
        for path, those in problems.items()
        if path.startswith(repository.root + os.sep)
        for problem in those
    ]
    used = {layer for target in repository.targets.items for layer in target.layers}
    data["layers"] = [
        {
            "name": layer.name,
            "kind": layer.kind,
            "folder": _relative(layer.folder, repository.root),
            "entry": _relative(layer.entry, repository.root),
            "hasEntry": layer.has_entry,
            "used": layer in used,
            "health": _health(problem for of, problem in found if of == layer),
        }
        for layer in repository.layout.layers
    ]
    for told, target in zip(data["targets"], repository.targets.items, strict=True):
        told["health"] = _health(
            problem
            for layer, problem in found
            if (target.name in problem.targets if problem.targets else layer in target.layers)
        )
        told["deployed"] = deployed(target)
    return data


def layers_json(repository: Repository) -> dict[str, Any]:
    """The map of a repository as JSON. Paths are relative to the flake root."""
    targets = repository.targets
    root = repository.root
    return {
        "root": root,
        "users": [
            {"name": user.name, "layers": _paths(user.layers, root)}
            for user in users(repository).values()
        ],
        "hosts": [
            {"name": host.name, "layers": _paths(host.layers, root)}
            for host in hosts(repository).values()
        ],
        "targets": [
            {**_target(target, root), "decided": _decided(repository, target)}
            for target in targets.items
        ],
        "assumptions": [
            {"message": assumption.message, "reason": assumption.reason}
            for assumption in targets.assumptions
        ],
        "errors": list(dict.fromkeys(store.readable(error.message) for error in targets.errors)),
    }


def _target(target: Target, root: str) -> dict[str, Any]:
    return {
        "name": target.name,
        "kind": target.kind,
        "user": target.user,
        "host": target.host,
        "output": target.output,
        "system": target.system,
        "layers": _paths(target.layers, root),
        "source": "flake" if target.by_convention is None else "convention",
        "reason": target.by_convention,
    }


def _decided(repository: Repository, target: Target) -> list[dict[str, Any]]:
    """The lines that make a target: of the attributes in flake.nix, and of the builder's call."""
    lines: dict[tuple[str, int], None] = {}
    for site in repository.flake.sites_of(target.output):
        path = store.disk_path(site.unit.path)
        lines[_relative(path, repository.root), site.unit.lines.line_of(site.start) + 1] = None
    return [{"file": file, "line": line} for file, line in lines]


def _paths(layers: tuple[Layer, ...], root: str) -> list[str]:
    return [_relative(layer.folder, root) for layer in layers]


def _relative(path: str, root: str) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")


def _health(problems: Iterable[Problem]) -> dict[str, int]:
    errors = [problem.is_error for problem in problems]
    return {"errors": sum(errors), "warnings": len(errors) - sum(errors)}
