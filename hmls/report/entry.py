"""A line of `hmls show`: a text at the left, and at the right where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

_GAP = 2
_HANGING = "    "


@dataclass(frozen=True, slots=True)
class Entry:
    """On one line where both fit; else the places follow below, at the right.

    What is not read on a terminal, but searched and cut by other programs, is always one line.
    """

    text: Text
    places: Sequence[str]
    """Each a file and line, or what else says where from; an empty one is not shown."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        places = [place for place in self.places if place]
        joined = Text(", ".join(places), "dim")
        if not console.is_terminal:
            yield Text.assemble(self.text, " " * _GAP if places else "", joined)
            return
        room = options.max_width - self.text.cell_len - joined.cell_len
        if "\n" not in self.text.plain and (room >= _GAP or (room >= 0 and not places)):
            yield Text.assemble(self.text, " " * room if places else "", joined)
            return
        first, *others = self.text.wrap(console, options.max_width - len(_HANGING))
        yield first
        for line in others:
            yield Text.assemble(_HANGING, line)
        for place in places:
            yield Text(_shortened(place, options.max_width), "dim", justify="right")


def _shortened(place: str, width: int) -> str:
    """The end of a path says more than its beginning."""
    while cell_len(place) > width:
        place = f"…{place[2:]}"
    return place


__all__ = ["Entry"]
