"""Store paths that stand for files on disk whose real store path is not computed.

In a flake, `./foo` is a path below `/nix/store/<hash>-source`, and `"${./foo}"` is a store
path of its own; both hashes depend on the content of every file. Here they are *symbolic*:
as long as real ones, so that every string operation on them is exact, and with letters in
the hash that Nix's alphabet does not have, so that they are recognized wherever they end
up. A value that contains one is not known; what it was made of still is.
"""

from __future__ import annotations

import hashlib
import os
import re

from hmls.lang.values import ContextString, Path

STORE = "/nix/store"
_SYMBOLIC = re.compile(r"/nix/store/eeee[0-9a-f]{28}-[0-9A-Za-z+._?=-]*")
_mounts: dict[str, str] = {}
"""Store path → the file or folder on disk that it stands for."""
_mounted: dict[str, str] = {}
"""The other way round, for folders whose files are below that store path."""


def mount(folder: str, store_path: str | None = None) -> str:
    """Let a folder appear at a store path, by default a symbolic one; returns that."""
    if folder in _mounted:
        return _mounted[folder]
    store_path = store_path or _symbolic(folder, "source")
    _mounts[store_path] = folder
    _mounted[folder] = store_path
    return store_path


def shown_path(path: str) -> str:
    """The path as Nix would print it: below a store path if it lies in a mounted folder."""
    folder = path
    while True:
        store_path = _mounted.get(folder)
        if store_path is not None:
            return store_path + path[len(folder) :]
        parent = os.path.dirname(folder)
        if parent == folder:
            return path
        folder = parent


def disk_path(path: str) -> str:
    """Where a path as Nix prints it lies on disk."""
    if not path.startswith(STORE + "/"):
        return path
    end = path.find("/", len(STORE) + 1)
    store_path = path if end < 0 else path[:end]
    folder = _mounts.get(store_path)
    return path if folder is None else folder + path[len(store_path) :]


def copied(path: Path, name: str | None = None) -> ContextString:
    """What `"${path}"` is: the store path of a copy of a file or folder."""
    name = name or os.path.basename(shown_path(path.path)) or "source"
    store_path = _symbolic(path.path, name)
    _mounts[store_path] = path.path
    return ContextString(store_path, frozenset((store_path,)))


def is_symbolic(text: str) -> bool:
    """Whether a text contains a symbolic store path."""
    return "/nix/store/eeee" in text and _SYMBOLIC.search(text) is not None


def symbolic_spans(text: str) -> list[tuple[int, int]]:
    """Where symbolic store paths stand in a text."""
    return [match.span() for match in _SYMBOLIC.finditer(text)]


def readable(text: str) -> str:
    """The text with each symbolic store path as the path below its flake: `./files/logo.png`."""
    return _SYMBOLIC.sub(lambda match: _relative(match.group()), text)


def _relative(store_path: str) -> str:
    folder = _mounts.get(store_path)
    if folder is None:
        return store_path
    if folder in _mounted:
        return "."
    shown = shown_path(folder)
    root = symbolic_spans(shown)
    return "." + shown[root[0][1] :] if root else folder


def _symbolic(path: str, name: str) -> str:
    digest = hashlib.sha256(f"{path}\0{name}".encode("utf-8", "surrogateescape")).hexdigest()
    return f"{STORE}/eeee{digest[:28]}-{name}"
