"""The users and hosts of a repository, and what deploying each means, in words."""

from __future__ import annotations

import os
from dataclasses import dataclass

from hmls.homes.layout import Layer
from hmls.homes.repository import Repository
from hmls.homes.targets import Target


@dataclass(frozen=True, slots=True)
class User:
    name: str
    layers: tuple[Layer, ...]
    targets: tuple[Target, ...]

    @property
    def standalone(self) -> tuple[Target, ...]:
        return tuple(target for target in self.targets if target.kind == "standalone")


@dataclass(frozen=True, slots=True)
class Host:
    name: str
    folder: str | None
    """Where its system is configured, if the layout tells."""
    targets: tuple[Target, ...]
    layers: tuple[Layer, ...]
    exists: bool
    """Whether the flake exposes it, or the layout has a folder for it."""
    is_darwin: bool = False


def users(repository: Repository) -> dict[str, User]:
    """All users that the flake or the layout knows, by name."""
    targets, layers = repository.recent_targets.items, repository.layout.layers
    names = {target.user for target in targets} | {
        layer.user for layer in layers if layer.has_entry
    }
    of_their_own = {target.user for target in targets}
    of_their_own |= {layer.user for layer in layers if layer.kind != "base"}
    if names - of_their_own:
        # Shared modules may lie among the homes: `homes/modules`, a part of what others have.
        parts = {layer.user for target in targets for layer in target.layers}
        names -= parts - of_their_own
    return {
        name: User(
            name,
            tuple(layer for layer in layers if layer.user == name),
            tuple(target for target in targets if target.user == name),
        )
        for name in sorted(names)
    }


def hosts(repository: Repository) -> dict[str, Host]:
    """All hosts that the flake or the layout knows, by name."""
    targets, layout = repository.recent_targets, repository.layout
    names = {*targets.hosts, *layout.systems}
    names |= {target.host for target in targets.items if target.host is not None}
    return {
        name: Host(
            name,
            layout.systems.get(name),
            tuple(target for target in targets.items if target.host == name),
            tuple(layer for layer in layout.layers if layer.host == name),
            name in targets.hosts or name in layout.systems,
            name in targets.darwin_hosts,
        )
        for name in sorted(names)
    }


def layer_words(layers: tuple[Layer, ...]) -> str:
    """`base, global, workstation`"""
    words = [layer.host if layer.kind == "host" else layer.kind for layer in layers]
    return ", ".join(word for word in words if word is not None)


def deployment(target: Target) -> str:
    """The command that deploys a target, as people type it."""
    if target.kind == "standalone":
        return f"home-manager switch --flake .#{target.output_name}"
    if target.kind == "droid":
        return f"nix-on-droid switch --flake .#{target.output_name}"
    if target.output.startswith("darwinConfigurations"):
        return f"sudo darwin-rebuild switch --flake .#{target.host}"
    return f"sudo nixos-rebuild switch --flake .#{target.host}"


def describe_user(user: User, root: str) -> str:
    """Markdown: the layers of a user and what deploys them."""
    lines = [f"**{user.name}** · user"]
    lines += [f"- `{_relative(layer, root)}` · {layer.kind}" for layer in user.layers]
    lines += ["", *deployments(user.targets)] if user.targets else []
    return "\n".join(lines)


def describe_host(host: Host, root: str) -> str:
    """Markdown: a host, its users, and what deploys it."""
    lines = [f"**{host.name}** · host"]
    if host.folder is not None:
        lines.append(f"- `{os.path.relpath(host.folder, root)}` · system")
    lines += [f"- `{_relative(layer, root)}` · {layer.user}" for layer in host.layers]
    if host.targets:
        lines += ["", *deployments(host.targets)]
    elif host.exists:
        tool = "darwin" if host.is_darwin else "nixos"
        command = f"sudo {tool}-rebuild switch --flake .#{host.name}"
        lines += ["", f"`{command}` deploys the system, which has no homes"]
    if not host.exists:
        lines += ["", "No system of that name exists: nothing deploys it."]
    return "\n".join(lines)


def deployments(targets: tuple[Target, ...]) -> list[str]:
    """A line of Markdown for each command, with the targets that it deploys and the output."""
    by_command: dict[str, list[Target]] = {}
    for target in targets:
        by_command.setdefault(deployment(target), []).append(target)
    return [
        f"`{command}` deploys {_listed(found)}, `{found[0].output}`"
        for command, found in by_command.items()
    ]


def _listed(targets: list[Target]) -> str:
    parts = []
    for target in targets:
        layers = " + ".join(layer.name for layer in target.layers) or target.user
        system = f" ({target.system})" if target.system else ""
        parts.append(f"{layers}{system}")
    return ", ".join(parts)


def _relative(layer: Layer, root: str) -> str:
    return os.path.relpath(layer.folder, root).replace(os.sep, "/")
