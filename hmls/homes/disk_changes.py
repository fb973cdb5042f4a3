"""What changed on disk below some folders, for editors that do not watch files themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

_SKIPPED = frozenset((".git", ".direnv", "node_modules", "result", ".venv", "target"))
_NAMES = frozenset(("flake.lock", "meta.json", "hmls.toml"))
_MOST = 20_000
"""Files and folders that are looked at; a look takes some two microseconds for each."""

Stamp = tuple[int, int]
"""When it was written, and how large it is."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Files that were written, and those that came or went."""

    written: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


@dataclass(slots=True)
class DiskChanges:
    """The files below some folders as they were at the last look."""

    _folders: dict[str, Stamp] = field(default_factory=dict)
    _files: dict[str, Stamp | None] = field(default_factory=dict)

    def look(self, roots: Iterable[str]) -> Changes:
        """What changed since the last look; nothing is told of a folder that is new here."""
        known = self._folders.keys()
        for root in roots:
            if root not in known:
                self._list(root)
        listed = self._relisted()
        written: list[str] = []
        for path, before in self._files.items():
            now = _stamp(path)
            if now != before and path not in listed:
                written.append(path)
            self._files[path] = now
        for path in [path for path, stamp in self._files.items() if stamp is None]:
            del self._files[path]
            if path in written:
                written.remove(path)
                listed.add(path)
        return Changes(tuple(written), tuple(sorted(listed)))

    def _relisted(self) -> set[str]:
        """The files that came or went with the folders whose listing changed."""
        before = set(self._files)
        for folder, stamp in list(self._folders.items()):
            now = _stamp(folder)
            if now == stamp:
                continue
            del self._folders[folder]
            for path in [each for each in self._files if os.path.dirname(each) == folder]:
                if not os.path.lexists(path):
                    del self._files[path]
            if now is not None:
                self._list(folder)
        return before ^ set(self._files)

    def _list(self, top: str) -> None:
        folders = [top]
        while folders and len(self._folders) + len(self._files) < _MOST:
            folder = folders.pop()
            stamp = _stamp(folder)
            if stamp is None or folder in self._folders:
                continue
            self._folders[folder] = stamp
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            if entry.name not in _SKIPPED and not entry.name.startswith("."):
                                folders.append(entry.path)
                        elif entry.name.endswith(".nix") or entry.name in _NAMES:
                            self._files.setdefault(entry.path, _stamp(entry.path))
            except OSError:
                continue


def _stamp(path: str) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
