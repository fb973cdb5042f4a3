"""The place of a line in a file that others only name by its number."""

from __future__ import annotations

from hmls.homes.repository import Repository
from hmls.ide.types import Place
from hmls.syntax.text import LineIndex


def line_place(repository: Repository, file: str, line: int) -> Place | None:
    """The start of a line, counted from 1; None if the file cannot be read."""
    text = repository.files.text(file)
    if text is None:
        return None
    offset = LineIndex(text).offset(max(line - 1, 0), 0, "utf-8")
    return Place(file, offset, offset)
