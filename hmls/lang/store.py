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
from functools import lru_cache

from hmls.lang.values import Cause, ContextString, Path, Unknown

STORE = "/nix/store"
SYMBOLIC = Cause("store-path", "depends on the hash of a store path, which is not computed")
_DIGITS = frozenset("0123456789abcdfghijklmnpqrsvwxyz")
"""Nix's alphabet for hashes."""
_HASH = re.compile(r"(?<![0-9A-Za-z])eeee[0-9a-f]{28}(?![0-9A-Za-z])")
_SYMBOLIC = re.compile(r"/nix/store/eeee[0-9a-f]{28}-[0-9A-Za-z+._?=-]*")
_KEPT_PATHS = 16_384
_mounts: dict[str, str] = {}
"""Store path → the file or folder on disk that it stands for."""
_mounted: dict[str, str] = {}
"""The other way round, for folders whose files are below that store path."""

_origins: dict[str, str] = {}
"""Store path of a filtered copy → the folder that it was made of."""


def mount(folder: str, store_path: str | None = None) -> str:
    """Let a folder appear at a store path, by default a symbolic one; returns that."""
    if folder in _mounted:
        return _mounted[folder]
    store_path = store_path or _symbolic(folder, "source")
    shown_path.cache_clear()
    disk_path.cache_clear()
    _mounts[store_path] = folder
    _mounted[folder] = store_path
    return store_path


@lru_cache(maxsize=_KEPT_PATHS)
def shown_path(path: str) -> str:
    """The path as Nix would print it: below a store path if it lies in a mounted folder."""
    folder = path
    while True:
        store_path = _mounted.get(folder)
        if store_path is not None:
            return store_path + path[len(folder) :]
        end = folder.rfind("/")
        parent = folder[: end or 1] if end >= 0 else os.path.dirname(folder)
        if parent == folder:
            return path
        folder = parent


@lru_cache(maxsize=_KEPT_PATHS)
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
    if store_path not in _mounts:
        _mounts[store_path] = path.path
        disk_path.cache_clear()
    return ContextString(store_path, frozenset((store_path,)))


def copied_from(store_path: str) -> str | None:
    """The file or folder on disk that a store path is a copy of, if it is one of those here."""
    return _mounts.get(store_path)


def filtered(path: Path, name: str, variant: str) -> ContextString:
    """As `copied`, of a folder without some of its files: nothing is read at that path.

    `variant` tells one filter from another.
    """
    store_path = _symbolic(f"{path.path}\0{variant}", name)
    _origins[store_path] = path.path
    return ContextString(store_path, frozenset((store_path,)))


def copy_at(text: str) -> tuple[str, str] | None:
    """The symbolic store path that a text begins with, and the file that it is a copy of."""
    for end in range(len(text), 0, -1):
        if text[:end] in _mounts:
            return text[:end], _mounts[text[:end]]
    return None


def derived(key: str, name: str) -> str:
    """The store path of something that is made of what `key` says."""
    return _symbolic(key, name)


def is_symbolic(text: str) -> bool:
    """Whether a text contains the hash of a symbolic store path."""
    return "eeee" in text and _HASH.search(text) is not None


def hash_spans(text: str) -> list[tuple[int, int]]:
    """Where the hashes of symbolic store paths stand in a text."""
    if "eeee" not in text:
        return []
    return [match.span() for match in _HASH.finditer(text)]


def with_other_hashes(text: str) -> list[str]:
    """The text with other possible hashes: what differs among them depends on the hash."""
    return [_HASH.sub((filler * 32)[:32], text) for filler in ("0", "z", "a1", "3bcdfx")]


def may_contain(text: str, part: str) -> bool:
    """Whether a real hash in the place of a symbolic one could make `part` appear in a text."""
    for start, end in hash_spans(text):
        for at in range(max(0, start - len(part) + 1), min(end, len(text) - len(part) + 1)):
            if all(
                char in _DIGITS if start <= index < end else char == text[index]
                for index, char in enumerate(part, at)
            ):
                return True
    return False


def symbolic_unknown(text: str) -> Unknown:
    """The unknown value of what depends on a hash that is not computed."""
    return Unknown(_HASH.sub("…", readable(text)), SYMBOLIC)


def symbolic_spans(text: str) -> list[tuple[int, int]]:
    """Where symbolic store paths stand in a text."""
    return [match.span() for match in _SYMBOLIC.finditer(text)]


def readable(text: str) -> str:
    """The text with each symbolic store path as the path below its flake: `./files/logo.png`.

    What lies nowhere in it, such as a text that was made, is `/nix/store/…-name`.
    """
    return _SYMBOLIC.sub(lambda match: _relative(match.group()), text)


def _relative(store_path: str) -> str:
    folder = _mounts.get(store_path) or _origins.get(store_path)
    if folder is None:
        return _HASH.sub("…", store_path)
    if folder in _mounted:
        return "."
    shown = shown_path(folder)
    root = symbolic_spans(shown)
    return "." + shown[root[0][1] :] if root else folder


def _symbolic(path: str, name: str) -> str:
    digest = hashlib.sha256(f"{path}\0{name}".encode("utf-8", "surrogateescape")).hexdigest()
    return f"{STORE}/eeee{digest[:28]}-{name}"
