"""What features return. Offsets are bytes; `server` turns them into LSP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hmls.syntax.local_rename import Replacement


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


def text_edits(path: str, replacements: Iterable[Replacement]) -> WorkspaceEdit:
    """Replacements in one file as an edit."""
    return WorkspaceEdit(tuple(TextEdit(path, r.start, r.end, r.text) for r in replacements))


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
