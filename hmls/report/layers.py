"""`hmls layers`: users, hosts, layers, targets, and what was assumed."""

from __future__ import annotations

import os
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hmls.ide.layer_map import layers_json


def print_layers(data: dict[str, Any]) -> None:
    console = Console()
    console.print(f"[bold]{escape(data['root'])}[/bold]", soft_wrap=True)
    for kind in ("users", "hosts"):
        console.print(_people(kind, data[kind]))
    table = Table(box=None, header_style="dim")
    for column in ("target", "kind", "system", "layers", "output"):
        table.add_column(column, overflow="fold", no_wrap=column in ("target", "kind", "system"))
    folder = _common_folder(data)
    for target in data["targets"]:
        mark = "" if target["source"] == "flake" else " [yellow]?[/yellow]"
        table.add_row(
            f"[bold]{escape(target['name'])}[/bold]",
            target["kind"] + mark,
            target["system"] or "?",
            escape(" + ".join(name.removeprefix(folder) for name in target["layers"])),
            f"[dim]{escape(target['output'])}[/dim]",
        )
    console.print(table)
    for target in data["targets"]:
        if target["reason"] is not None:
            name, reason = escape(target["name"]), escape(target["reason"])
            console.print(f"[yellow]assumed:[/yellow] {name} [dim]({reason})[/dim]")
    for error in data["errors"]:
        console.print(f"[red]the flake does not evaluate:[/red] {escape(error)}")
    for assumption in data["assumptions"]:
        console.print(
            f"[yellow]assumed:[/yellow] {escape(assumption['message'])} "
            f"[dim]({escape(assumption['reason'])})[/dim]"
        )


def _common_folder(data: dict[str, Any]) -> str:
    """The folder that holds all layers, with its slash; it need not be read on every line."""
    folders = [os.path.dirname(name) for user in data["users"] for name in user["layers"]]
    common = os.path.commonpath(folders) if folders else ""
    return f"{common}/" if common else ""


def _people(kind: str, data: list[dict[str, Any]]) -> Table:
    """Users or hosts, each with the layers that are there for them."""
    table = Table(box=None, header_style="dim")
    table.add_column(kind)
    table.add_column("layers")
    for each in data:
        layers = escape(" ".join(each["layers"])) or "[dim]none of their own[/dim]"
        table.add_row(f"[bold]{escape(each['name'])}[/bold]", layers)
    return table


__all__ = ["layers_json", "print_layers"]
