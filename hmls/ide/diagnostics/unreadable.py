"""Files that a flake with homes needs, and that are none: folders, pipes, links to nowhere.

Of those in JSON also what is no JSON, of which Nix or the flake's own builder would complain; of
hmls.toml all that is not understood of it.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterator

from hmls.config import read_toml
from hmls.homes.own_layout import FILE as OWN_LAYOUT
from hmls.homes.repository import Repository
from hmls.ide.diagnostics.places import first_line_end
from hmls.ide.diagnostics.registry import UNREADABLE, Diagnostic

_KINDS = (
    (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"), (stat.S_ISCHR, "a device"),
)  # fmt: skip
_NO_LOCK = "there is no flake.lock"
_DENIED = "cannot be read: permission denied"
_ENTRIES = ("flake.nix", "default.nix")


def needed(repository: Repository) -> Iterator[str]:
    """The paths of the files that are looked at, whether they are there or not."""
    yield repository.flake.path
    yield _lock_of(repository)
    yield os.path.join(repository.root, OWN_LAYOUT)
    for layer in repository.layout.layers:
        yield layer.entry
        for name in ("meta.nix", "meta.json"):
            yield os.path.join(layer.folder, name)
    for folder in repository.layout.systems.values():
        yield os.path.join(folder, "default.nix")


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    """What is wrong with one of the needed files, or that a .nix file may not be read."""
    if path not in needed(repository):
        if not path.endswith(".nix") or path in repository.files.buffers or _is_open(path):
            return []
        return [Diagnostic(path, 0, 0, UNREADABLE, f"{os.path.basename(path)} {_DENIED}")]
    why = None if path in repository.files.buffers else _why_unreadable(path)
    if why is None:
        return _content(repository, path)
    return [Diagnostic(path, 0, 0, UNREADABLE, f"{os.path.basename(path)} {why}")]


def _why_unreadable(path: str) -> str | None:
    """In words that follow the file's name; None where it can be read or is not there."""
    try:
        os.lstat(path)
    except PermissionError:
        # Of the files in a folder that is closed the first is reported.
        return _DENIED if os.path.basename(path) in _ENTRIES else None
    except (OSError, ValueError):
        return None
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return f"is a symbolic link to {os.readlink(path)}, which does not exist"
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "is a symbolic link that leads to itself"
        return f"cannot be read: {error.strerror}"
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), None)
    if kind is not None:
        return f"is {kind}, not a file"
    return None if _is_open(path) else _DENIED


def _is_open(path: str) -> bool:
    """Whether a file may be read, if it is there."""
    return os.access(path, os.R_OK) or not os.path.exists(path)


def _content(repository: Repository, path: str) -> list[Diagnostic]:
    """What is wrong with a file of JSON or TOML, and in flake.nix what is wrong with git."""
    name = os.path.basename(path)
    text = repository.files.text(path)
    git = repository.files.tree.problem
    if path == repository.flake.path and git is not None:
        return [Diagnostic(path, 0, 0, UNREADABLE, git, severity="warning")]
    if text is None:
        return []
    if path == _lock_of(repository):
        problem = repository.flake.lock.problem
        if problem is None or problem == _NO_LOCK:
            return []
        return [Diagnostic(path, 0, first_line_end(text), UNREADABLE, problem)]
    end = first_line_end(text)
    if name == OWN_LAYOUT:
        return [
            Diagnostic(path, 0, end, UNREADABLE, problem, severity="warning")
            for problem in read_toml(text.decode("utf-8", "replace")).problems
        ]
    if name != "meta.json":
        return []
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"{name} is no JSON, so it names no system: {error}"
        return [Diagnostic(path, 0, end, UNREADABLE, message, severity="warning")]
    return []


def _lock_of(repository: Repository) -> str:
    return os.path.join(repository.root, "flake.lock")


def found_unreadable(repository: Repository) -> list[str]:
    """The needed files of which anything is to be said, and that are no .nix files of the flake."""
    known = set(repository.index.paths)
    return [
        path
        for path in dict.fromkeys(needed(repository))
        if path not in known and diagnose(repository, path)
    ]
