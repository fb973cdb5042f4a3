"""Completion of paths: literals such as `../alice/`, and strings added to a path."""

from __future__ import annotations

import os
import re

from hmls.homes.files import FlakeReader
from hmls.homes.layout import Layer
from hmls.homes.people import deployments
from hmls.homes.repository import Repository
from hmls.ide.completion.item import Item
from hmls.lang.errors import Unknowable
from hmls.lang.interp import ReadFailed

_LITERAL = re.compile(r"(?<![\w.)\]}$@-])(\.{1,2}(?:/[\w.+@-]*)+)$")
_ADDED = re.compile(r"(?<![\w.)\]}-])(\.{1,2}(?:/[\w.+-]*)*?)/?\.?\s*\+\s*\"((?:/[^\"$]*)?)$")
_SELF_ADDED = re.compile(r"(?<![\w.])(?:inputs\.)?self(?:\.outPath)?\s*\+\s*\"((?:/[^\"$]*)?)$")
_INTERPOLATED = re.compile(
    r"\"\$\{(self|inputs\.self|\.{1,2}(?:/[\w.+-]*)*?)/?\.?\}((?:/[^\"$]*)?)$"
)
_VALID = re.compile(r"[\w.+-]+")
"""What Nix allows in a path literal: `@` is not among it."""

_LONGEST = 1000
"""Bytes of a line that a path is looked for in."""


def complete_paths(repository: Repository, path: str, text: bytes, offset: int) -> list[Item]:
    """Folders and .nix files for a path that ends at the cursor; none if there is no path."""
    start = max(text.rfind(b"\n", 0, offset) + 1, offset - _LONGEST)
    line = text[start:offset].decode("utf-8", "replace")
    folder = os.path.dirname(path)
    match = _LITERAL.search(line)
    if match is not None:
        return _literal(repository, path, folder, match.group(1), text, offset)
    match = _ADDED.search(line)
    if match is not None:
        base = os.path.normpath(os.path.join(folder, match.group(1)))
        return _in_string(repository, path, base, match.group(2), text, offset)
    match = _SELF_ADDED.search(line)
    if match is not None:
        return _in_string(repository, path, repository.root, match.group(1), text, offset)
    match = _INTERPOLATED.search(line)
    if match is not None:
        first = match.group(1)
        base = (
            os.path.normpath(os.path.join(folder, first))
            if first.startswith(".")
            else repository.root
        )
        return _in_string(repository, path, base, match.group(2), text, offset)
    return []


def _literal(
    repository: Repository, path: str, folder: str, written: str, text: bytes, offset: int
) -> list[Item]:
    head = written.rpartition("/")[0]
    base = os.path.normpath(os.path.join(folder, head or "."))
    start = offset - len(written.encode())
    end = _end_of(text, offset, rb"[\w.+@/-]")
    items: list[Item] = []
    for name, kind in _entries(repository, base, path):
        whole = f"{head}/{name}"
        if not _VALID.fullmatch(name):
            # Nix has no path literal with such a name; adding a string works.
            whole = f'({head}/. + "/{_escaped(name)}")'
        items.append(_item(repository, base, name, kind, whole, start, end, f"{head}/{name}"))
    return items


def _in_string(
    repository: Repository, path: str, base: str, written: str, text: bytes, offset: int
) -> list[Item]:
    head = written.rpartition("/")[0]
    folder = os.path.normpath(os.path.join(base, head.lstrip("/")))
    start = offset - len(written.encode())
    end = _end_of(text, offset, rb"[^\"$\n]")
    return [
        _item(
            repository,
            folder,
            name,
            kind,
            f"{head}/{_escaped(name)}",
            start,
            end,
            f"{head}/{name}",
        )
        for name, kind in _entries(repository, folder, path)
    ]


def _escaped(name: str) -> str:
    """A name as part of a Nix string."""
    from hmls.lang.show import escape

    return escape(name)


def _end_of(text: bytes, offset: int, chars: bytes) -> int:
    match = re.compile(b"(?:" + chars + b")*").match(text, offset)
    return offset if match is None else match.end()


def _entries(repository: Repository, folder: str, path: str) -> list[tuple[str, str]]:
    """Name and kind of what a folder holds: folders, and files of Nix and data."""
    reader = FlakeReader(repository.files)
    try:
        listed = reader.read_directory(folder)
    except (ReadFailed, Unknowable):
        return []
    found = []
    for name, kind in sorted(listed.items()):
        if kind == "symlink":
            kind = "directory" if os.path.isdir(os.path.join(folder, name)) else "regular"
        if os.path.join(folder, name) != path and (kind == "directory" or not name.startswith(".")):
            found.append((name, kind))
    return found


def _item(
    repository: Repository,
    folder: str,
    name: str,
    kind: str,
    text: str,
    start: int,
    end: int,
    filter_text: str,
) -> Item:
    layer = _layer_at(repository, os.path.join(folder, name))
    is_folder = kind == "directory"
    detail = "folder" if is_folder else "file"
    documentation = ""
    if layer is not None:
        detail = f"{layer.kind} layer of {layer.user}"
        if layer.kind == "host":
            detail += f" on {layer.host}"
        targets = repository.recent_targets.items
        documentation = "\n".join(deployments(tuple(t for t in targets if layer in t.layers)))
    rank = "0" if is_folder or name.endswith(".nix") else "1"
    return Item(
        name,
        "folder" if is_folder else "file",
        text,
        start,
        end,
        detail,
        documentation,
        filter_text=filter_text,
        sort_key=f"{rank}{name}",
    )


def _layer_at(repository: Repository, folder: str) -> Layer | None:
    for layer in repository.layout.layers:
        if layer.folder == folder:
            return layer
    return None
