"""What features return. Offsets are bytes; `server` turns them into LSP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A range in a file. `around` is the whole construct that it stands for, if larger."""

    path: str
    start: int
    end: int
    around: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A replacement in a file."""

    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class CreateFile:
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class RenameFile:
    """Of a file or a folder."""

    old: str
    new: str


FileEdit = TextEdit | CreateFile | RenameFile


@dataclass(frozen=True, slots=True)
class WorkspaceEdit:
    """Edits that belong together. Text edits hold for the files as they are before any of them."""

    edits: tuple[FileEdit, ...]


@dataclass(frozen=True, slots=True)
class HoverText:
    """Markdown about a range."""

    markdown: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Command:
    """A command of docs/protocol.md, without `hmls.`, with its one argument."""

    name: str
    argument: Mapping[str, Any]
