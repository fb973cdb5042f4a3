"""`make bench`: every figure with its goal, printed as a table and kept in docs/benchmarks.md."""

from __future__ import annotations

import compileall
import os
import platform
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import editors, evaluator, hover, index, lists, settings, start
from benchmarks.figure import Figure

_PROJECT = Path(__file__).parent.parent
_PAGE = _PROJECT / "docs/benchmarks.md"
_ALL = {
    "start": start.measure,
    "hover": hover.measure,
    "lists": lists.measure,
    "index": index.measure,
    "settings": settings.measure,
    "evaluator": evaluator.measure,
    "editors": editors.measure,
}


def main() -> None:
    """Measure what is named on the command line, else everything."""
    names = sys.argv[1:] or list(_ALL)
    # As pip leaves an installed package, like the pygls it is measured against.
    compileall.compile_dir(_PROJECT / "hmls", quiet=1)
    found = [figure for name in names for figure in _ALL[name]()]
    table = Table(box=None, header_style="dim")
    for column in ("figure", "measured", "goal", ""):
        table.add_column(column, justify="right" if column in ("measured", "goal") else "left")
    for figure in found:
        mark = "[green]met[/green]" if figure.is_met else "[red]missed[/red]"
        note = f" [dim]{figure.note}[/dim]" if figure.note else ""
        table.add_row(figure.name, _measured(figure), _goal(figure), mark + note)
    Console(width=130).print(table)
    if names == list(_ALL):
        _PAGE.write_text(_page(found), encoding="utf-8")
    sys.exit(0 if all(figure.is_met for figure in found) else 1)


def _measured(figure: Figure) -> str:
    digits = 2 if figure.value < 10 else 0
    return f"{figure.value:.{digits}f} {figure.unit}"


def _goal(figure: Figure) -> str:
    return "" if figure.goal is None else f"≤ {figure.goal:g} {figure.unit}"


def _remark(figure: Figure) -> str:
    return "; ".join(part for part in ("" if figure.is_met else "missed", figure.note) if part)


def _page(figures: list[Figure]) -> str:
    rows = "\n".join(f"| {f.name} | {_measured(f)} | {_goal(f)} | {_remark(f)} |" for f in figures)
    python = f"Python {platform.python_version()} on {platform.machine()}"
    load = f"{os.getloadavg()[1]:.0f} on {os.cpu_count()} processors"
    return f"""# How quick it is

Measured by `make bench` with {python}; it writes this page.
The load was {load}: what a client waits for takes as much longer as others
compute. Ratios are of two things in the same run, so that they say the same on every machine.
Settings, folds and the index are seconds of the processor. The repositories are made up by
benchmarks/trees.py: a flake with 3 users, 4 hosts, and shared modules with options of their own.
Home Manager's options come from the bundled table. The first hover is asked right after the file
was opened in a server that has loaded itself, and has read nothing of the repository before.

| figure | measured | goal | |
| --- | ---: | ---: | --- |
{rows}
"""


if __name__ == "__main__":
    main()
