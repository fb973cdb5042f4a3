"""`hmls layers`: users, hosts, layers, targets, and what was assumed."""

from __future__ import annotations

from typing import Any

from hmls.ide.layer_map import layers_json


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


__all__ = ["layers_json", "print_layers"]
