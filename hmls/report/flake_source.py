"""The store path that Nix gives a flake, for messages of Nix that name its files.

While evaluating it is symbolic (see `lang.store`), as it depends on the content of every file.
"""

from __future__ import annotations

import os
import re

from hmls.homes.files import Files, FlakeReader
from hmls.lang import store
from hmls.lang.builtins.store_paths import store_path
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.interp import ReadFailed
from hmls.report.real_store import archive_hash

_MAX_BYTES = 256 << 20
"""Of all files together: a message is not worth to read more of a disk."""
_CHANGED_BY_GIT = re.compile(rb"filter=|ident|export-|eol=crlf|working-tree-encoding")
"""Attributes with which git may hold another content than lies on the disk."""


class FlakeSource:
    """The flake of some files as Nix copies it to its store: what git has, or all there is."""

    def __init__(self, files: Files) -> None:
        self._root = files.tree.root
        self._files = files
        self._path: str | None = None
        self._is_looked_for = False

    def as_nix_says(self, message: str) -> str:
        """A message with the store path of the flake in it.

        Files that it names are `./homes/alice` where that path is not to be had: of more than
        256 MiB, with submodules, or with files that git changes. So are copies of its files.
        """
        symbolic = store.shown_path(self._root)
        if symbolic in message and store.is_symbolic(symbolic):
            real = self._real_path()
            if real is not None:
                message = message.replace(symbolic, real)
        return store.readable(message)

    def _real_path(self) -> str | None:
        if not self._is_looked_for:
            self._is_looked_for = True
            try:
                folders = self._folders()
                if folders is not None:
                    digest = archive_hash(self._root, folders.__getitem__)
                    self._path = store_path("source", digest, "source")
            except (OSError, NixError, ReadFailed, Unknowable):
                self._path = None
        return self._path

    def _folders(self) -> dict[bytes, list[bytes]] | None:
        """Each folder with the names in it, None where Nix may have another content."""
        reader = FlakeReader(self._files)
        tree = self._files.tree
        folders: dict[bytes, list[bytes]] = {}
        budget = _MAX_BYTES
        waiting = [self._root]
        for folder in waiting:
            kinds = reader.read_directory(folder)
            folders[os.fsencode(folder)] = [os.fsencode(name) for name in kinds]
            for name, kind in kinds.items():
                path = os.path.join(folder, name)
                if kind == "directory":
                    waiting.append(path)
                    if os.path.lexists(os.path.join(path, ".git")):
                        return None
                elif kind == "regular":
                    budget -= os.lstat(path).st_size
                    if name == ".gitattributes" and _CHANGED_BY_GIT.search(reader.read(path)):
                        return None
            if budget < 0:
                return None
        if tree.tracked is not None:
            _drop_empty(folders, [os.fsencode(folder) for folder in waiting[1:]])
        return folders


def _drop_empty(folders: dict[bytes, list[bytes]], paths: list[bytes]) -> None:
    """Git knows of no folder without files. The folder around a folder comes first in `paths`."""
    for path in reversed(paths):
        if not folders[path]:
            folder, name = os.path.split(path)
            folders[folder].remove(name)


__all__ = ["FlakeSource"]
