"""Layers that are not there yet: where they belong, and what a new one says."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from hmls.homes.layout import LAYOUTS, LayerKind, LayerTemplate
from hmls.homes.people import hosts
from hmls.homes.repository import Repository
from hmls.homes.targets import Target

_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class NewLayer:
    """A layer that could be made. `entry` is the file, absolute."""

    kind: LayerKind
    user: str
    host: str | None
    entry: str

    @property
    def name(self) -> str:
        suffix = self.host if self.kind == "host" else None if self.kind == "base" else self.kind
        return self.user if suffix is None else f"{self.user}@{suffix}"


@dataclass(frozen=True, slots=True)
class Impossible:
    """Why a layer cannot be made."""

    why: str


def new_layer(
    repository: Repository, user: str, kind: LayerKind, host: str | None = None
) -> NewLayer | Impossible:
    """Where a layer of a user would lie by the repository's layout."""
    if _USER.fullmatch(user) is None:
        return Impossible(f"“{user}” is no valid name of a user.")
    if (kind == "host") != (host is not None):
        return Impossible("A host layer, and no other, has a host.")
    if host is not None and (_HOST.fullmatch(host) is None or host in ("global", "droid")):
        return Impossible(f"“{host}” is no valid name of a host.")
    if repository.layout.find(user, kind, host) is not None:
        return Impossible(f"{user} has that layer already.")
    template = _template(repository, kind)
    if template is None:
        return Impossible(f"This layout has no {kind} layers.")
    system = _system(repository, user, host)
    path = template.path.format(user=user, host=host or "", system=system)
    entry = os.path.join(repository.root, *path.split("/"))
    if os.path.lexists(entry):
        return Impossible(f"{path} exists already.")
    return NewLayer(kind, user, host, entry)


def layer_text(
    repository: Repository,
    layer: NewLayer,
    arguments: tuple[str, ...] = ("config", "lib", "pkgs"),
    body: str = "",
) -> str:
    """The module of a new layer: what it is for, its arguments, and what it sets."""
    formals = ", ".join([*sorted(arguments), "..."])
    inside = f"\n{body}\n" if body else "\n"
    return f"# {_purpose(repository, layer)}\n{{ {formals} }}:\n\n{{{inside}}}\n"


def _purpose(repository: Repository, layer: NewLayer) -> str:
    match layer.kind:
        case "base":
            return f"What {layer.user} has everywhere."
        case "global":
            command = f"home-manager switch --flake .#{layer.user}"
            return f"What {layer.user} has where `{command}` deploys it."
        case "droid":
            return f"What {layer.user} has on phones."
        case "host":
            machine = hosts(repository).get(layer.host or "")
            targets: tuple[Target, ...] = () if machine is None else machine.targets
            is_darwin = any(t.output.startswith("darwinConfigurations") for t in targets)
            command = "darwin-rebuild" if is_darwin else "nixos-rebuild"
            where = f"`sudo {command} switch --flake .#{layer.host}`"
            return f"What {layer.user} has on {layer.host} only: {where} deploys it."


def _template(repository: Repository, kind: LayerKind) -> LayerTemplate | None:
    row = repository.layout.row or next(row for row in LAYOUTS if row.name == "homes")
    return next((template for template in row.layers if template.kind == kind), None)


def _system(repository: Repository, user: str, host: str | None) -> str:
    """For layouts with the system in the path: that of the host, else of the user elsewhere."""
    targets = repository.recent_targets.items
    for target in targets:
        if target.system is not None and target.host == host and host is not None:
            return target.system
    for target in targets:
        if target.system is not None and target.user == user:
            return target.system
    return "x86_64-linux"
