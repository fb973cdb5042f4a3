"""Which files of a home differ between two generations, and how."""

from __future__ import annotations

import difflib
import filecmp
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

MAX_FILE_BYTES = 256 * 1024
MAX_DIFF_LINES = 400
CONTEXT_LINES = 3

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file, by its path relative to the home. `diff` is a unified diff, empty for binaries.

    `owner` is the user of the home, where it is not that of the user at hand.
    """

    target: str
    change: Change
    diff: str = ""
    owner: str = ""

    @property
    def place(self) -> str:
        """As a person writes it: `~/.bashrc`, or `~bob/.bashrc`."""
        return os.path.join(f"~{self.owner}", self.target)


def diff_homes(old: str | None, new: str) -> list[FileChange]:
    """Compare the files of two generations, by target. `old` is None before the first one.

    A generation keeps them in `home-files`, as links into the store or as copies.
    """
    before = home_files(old) if old is not None else {}
    after = home_files(new)
    return [
        change
        for target in sorted(before.keys() | after.keys())
        if (change := _compare(target, before.get(target), after.get(target)))
    ]


def home_files(generation: str) -> dict[str, str]:
    """The files that a generation places: target relative to the home → path in the store."""
    root = os.path.realpath(os.path.join(generation, "home-files"))
    return {os.path.relpath(path, root): path for path in _leaves(root)}


def _leaves(folder: str) -> Iterator[str]:
    """Files and links, as `find -type f -or -type l` lists them; links to folders are leaves."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _leaves(entry.path)
        else:
            yield entry.path


def _compare(target: str, before: str | None, after: str | None) -> FileChange | None:
    if before is None and after is not None:
        return FileChange(target, "added", _diff(target, "", _text(after)))
    if after is None and before is not None:
        return FileChange(target, "removed", _diff(target, _text(before), ""))
    assert before is not None
    assert after is not None
    if os.path.realpath(before) == os.path.realpath(after):
        return None
    if not os.path.isfile(before) or not os.path.isfile(after):
        return FileChange(target, "changed")
    if filecmp.cmp(before, after, shallow=False):
        return None
    return FileChange(target, "changed", _diff(target, _text(before), _text(after)))


def _diff(target: str, before: str | None, after: str | None) -> str:
    if before is None or after is None:
        return ""
    lines = list(
        difflib.unified_diff(
            before.splitlines(), after.splitlines(), target, target, n=CONTEXT_LINES, lineterm=""
        )
    )
    if len(lines) > MAX_DIFF_LINES:
        left_out = len(lines) - MAX_DIFF_LINES
        lines = [*lines[:MAX_DIFF_LINES], f"… and {left_out} more lines"]
    return "\n".join(lines)


def _text(path: str) -> str | None:
    """The text of a file; None for binaries, large files, folders and dangling links."""
    try:
        if os.path.getsize(path) > MAX_FILE_BYTES:
            return None
        content = Path(path).read_bytes()
        return None if b"\0" in content else content.decode()
    except (OSError, UnicodeDecodeError):
        return None
