"""Files as an editor holds them: lines, columns in the agreed encoding, excerpts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from hmls.demo.client import path_of

CURSOR = "▮"


@dataclass(frozen=True, slots=True)
class Spot:
    """A range in a file, as LSP gives it: lines and columns from zero."""

    path: str
    start: tuple[int, int]
    end: tuple[int, int]


def spot_of(answer: dict[str, Any]) -> Spot:
    """The place of a Location or LocationLink."""
    link = "targetUri" in answer
    where = answer["targetSelectionRange" if link else "range"]
    return Spot(path_of(answer["targetUri" if link else "uri"]), *_corners(where))


def spot_in(path: str, where: dict[str, Any]) -> Spot:
    return Spot(path, *_corners(where))


def _corners(where: dict[str, Any]) -> tuple[tuple[int, int], tuple[int, int]]:
    start, end = where["start"], where["end"]
    return (start["line"], start["character"]), (end["line"], end["character"])


def read(path: str) -> str:
    """A file's text; empty if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except OSError:
        return ""


def lines_around(text: str, line: int, around: int = 1) -> tuple[int, list[str]]:
    """The lines about one (from zero), without blank ones at the edge, and the first's number."""
    lines = text.split("\n")
    first, last = max(line - around, 0), min(line + around + 1, len(lines))
    while first < line and not lines[first].strip():
        first += 1
    while last - 1 > line and not lines[last - 1].strip():
        last -= 1
    return first, [each.rstrip("\r") for each in lines[first:last]]


def position_at(text: str, encoding: str) -> dict[str, int]:
    """The LSP position of a text's end."""
    line, last = text.count("\n"), text.rpartition("\n")[2]
    if encoding == "utf-8":
        return {"line": line, "character": len(last.encode("utf-8", "surrogateescape"))}
    return {"line": line, "character": len(last.encode("utf-16-le", "surrogatepass")) // 2}


def common_folder(names: list[str]) -> str:
    """The folder that holds all of some layers, with its slash; it need not be on every line."""
    common = os.path.commonpath([os.path.dirname(name) for name in names]) if names else ""
    return f"{common}/" if common else ""


def relative(path: str, root: str) -> str:
    inside = path == root or path.startswith(root.rstrip("/") + "/")
    return os.path.relpath(path, root) if inside else path
