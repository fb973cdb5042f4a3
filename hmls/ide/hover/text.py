"""Markdown with places in it, which the server makes links of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmls.homes.readable import readable
from hmls.ide.types import Place
from hmls.lang.errors import GaveUp


@dataclass(frozen=True, slots=True)
class Link:
    """A piece of Markdown that leads to a place."""

    text: str
    place: Place


Parts = list[str | Link]


@dataclass(frozen=True, slots=True)
class Hover:
    """What to show of a range of bytes."""

    parts: tuple[str | Link, ...]
    start: int
    end: int

    @property
    def gave_up(self) -> bool:
        """Whether more time would have told more."""
        return GaveUp.cause.message in self.plain

    @property
    def plain(self) -> str:
        """The Markdown without links."""
        return "".join(p if isinstance(p, str) else p.text for p in self.parts)


def code(text: str, limit: int = 72, *, in_table: bool = False) -> str:
    """A code span on one line."""
    line = " ".join(readable(text).split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if line[0] == "`" or line[-1] == "`" else ""
    if in_table:
        line = line.replace("|", "\\|")
    return f"{fence}{padding}{line}{padding}{fence}"


def block(text: str, limit: int = 3000) -> str:
    """A block of Nix code."""
    text = readable(text)
    if len(text) > limit:
        text = text[:limit] + "…"
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}nix\n{text}\n{fence}\n"


def escape(text: str) -> str:
    """Text that Markdown is to leave alone, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(text.split()))


_TABLE = re.compile(r"^(\|.*)\n\|[:| -]+\n((?:\|.*\n)+)", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")


def without_tables(markdown: str) -> str:
    """The Markdown with each table as a list, for editors that would show its bars."""
    return _TABLE.sub(lambda table: _listed(table[1], table[2]), markdown)


def _listed(head: str, rows: str) -> str:
    first = _cells(head)[0]
    # «on» says nothing of a list; «on **alice**» says whose values these are.
    title = f"{first}\n\n" if " " in first else ""
    return title + "".join(f"- {_listed_row(_cells(row))}\n" for row in rows.splitlines())


def _listed_row(cells: list[str]) -> str:
    name, value, source = cells
    return f"{name}: {value}" + (f" — {source}" if source else "")


def _cells(row: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(row.strip())[1:-1]]
