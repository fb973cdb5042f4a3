"""`hmls layers`: users, hosts, layers, targets, and what was assumed."""

from __future__ import annotations

import os
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hmls.ide.layer_map import layers_json

_ANY_WIDTH = 10_000


def print_layers(data: dict[str, Any]) -> None:
    console = Console(emoji=False)
    console.print(f"[bold]{escape(data['root'])}[/bold]", soft_wrap=True)
    for kind in ("users", "hosts"):
        console.print(_people(kind, data[kind]))
    _print_targets(console, data)
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


def _print_targets(console: Console, data: dict[str, Any]) -> None:
    """A table; where the terminal is too narrow for it, layers and output below each name."""
    if not data["targets"]:
        console.print("no targets: [bold]hmls check --explain[/bold] says what was understood")
        return
    folder = _common_folder(data)
    table = Table(box=None, header_style="dim")
    for column in ("target", "kind", "system", "layers", "output", "decided by"):
        table.add_column(column, no_wrap=True)
    rows: list[tuple[str, ...]] = []
    for target in data["targets"]:
        mark = "" if target["source"] == "flake" else " [yellow]?[/yellow]"
        rows.append(
            (
                f"[bold]{escape(target['name'])}[/bold]",
                target["kind"] + mark,
                target["system"] or "?",
                escape(" + ".join(name.removeprefix(folder) for name in target["layers"])),
                f"[dim]{escape(target['output'])}[/dim]",
                f"[dim]{escape(_decided(target))}[/dim]",
            )
        )
        table.add_row(*rows[-1])
    needed = Console(width=_ANY_WIDTH).measure(table).maximum
    if needed <= console.width or not console.is_terminal:
        Console(width=max(needed, console.width), emoji=False).print(table)
        return
    for name, kind, system, *below in rows:
        lines = [f" {name}  {kind}  {system}", *(f"   {text}" for text in below if text)]
        console.print("\n".join(lines), soft_wrap=True)


def _decided(target: dict[str, Any]) -> str:
    """The lines that make a target; its folders where the flake could not be understood."""
    return _places(target["decided"]) if target["source"] == "flake" else "its folders"


def _places(lines: list[dict[str, Any]]) -> str:
    """Lines of files, those of one file together: `flake.nix:41,44 lib/builders.nix:25`."""
    by_file: dict[str, list[str]] = {}
    for each in lines:
        by_file.setdefault(each["file"], []).append(str(each["line"]))
    return " ".join(f"{file}:{','.join(numbers)}" for file, numbers in by_file.items())


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
