"""`hmls layers`: users, hosts, layers, targets, and what was assumed."""

from __future__ import annotations

import os
from typing import Any

from hmls.homes.layout import Layer
from hmls.homes.people import hosts, users
from hmls.homes.repository import Repository
from hmls.homes.targets import Target


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
        "targets": [_target(target, root) for target in targets.items],
        "assumptions": [
            {"message": assumption.message, "reason": assumption.reason}
            for assumption in targets.assumptions
        ],
        "errors": list(dict.fromkeys(error.message for error in targets.errors)),
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


def _paths(layers: tuple[Layer, ...], root: str) -> list[str]:
    return [os.path.relpath(layer.folder, root).replace(os.sep, "/") for layer in layers]


def print_layers(data: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    console.print(f"[bold]{escape(data['root'])}[/bold]")
    table = Table(box=None, header_style="dim")
    for column in ("target", "kind", "system", "layers", "output"):
        table.add_column(column)
    for target in data["targets"]:
        mark = "" if target["source"] == "flake" else " [yellow](assumed)[/yellow]"
        table.add_row(
            f"[bold]{escape(target['name'])}[/bold]",
            target["kind"] + mark,
            target["system"] or "?",
            escape(" + ".join(target["layers"])),
            f"[dim]{escape(target['output'])}[/dim]",
        )
    console.print(table)
    lonely = [host["name"] for host in data["hosts"] if not host["layers"]]
    if lonely:
        console.print(f"[dim]hosts without layers of their own: {escape(', '.join(lonely))}[/dim]")
    for error in data["errors"]:
        console.print(f"[red]the flake does not evaluate:[/red] {escape(error)}")
    for assumption in data["assumptions"]:
        console.print(
            f"[yellow]assumed:[/yellow] {escape(assumption['message'])} "
            f"[dim]({escape(assumption['reason'])})[/dim]"
        )
