"""One input's folder, as the reading of it sees the disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from hmls.lang.disk import DiskReader
from hmls.lang.interp import ReadFailed

MAX_FILE_BYTES = 16 << 20


class OneTree(DiskReader):
    """Reads nothing outside of a folder, whatever links and paths say.

    The folder does not change while it is read, so the disk is asked for each folder and file
    once. What is no plain file is not read: nobody may ever write to a pipe.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self._texts: dict[str, bytes] = {}
        self._folders: dict[str, str] = {}
        """Folder → where it really is."""
        self._listed: dict[str, Mapping[str, str]] = {}

    def read(self, path: str) -> bytes:
        found = self._texts.get(path)
        if found is None:
            found = self._texts[path] = self.read_once(path)
        return found

    def read_once(self, path: str) -> bytes:
        """The content of a file that nobody will ask for again. Raises ReadFailed."""
        return _read(self._inside(path))

    def names(self, folder: str) -> list[str]:
        """What is in a folder, in order; nothing for what is none."""
        try:
            return sorted(self._kinds(self._inside(folder)))
        except ReadFailed:
            return []

    def read_directory(self, path: str) -> Mapping[str, str]:
        return super().read_directory(self._inside(path))

    def kind(self, path: str) -> str | None:
        folder, name = os.path.split(path)
        return self._kinds(folder).get(name) or super().kind(path)

    def resolve(self, path: str) -> str:
        folder, name = os.path.split(path)
        real = self._folder(folder)
        if self._kinds(real).get(name) in ("regular", "directory"):
            return os.path.join(real, name)
        return super().resolve(path)

    def _folder(self, folder: str) -> str:
        real = self._folders.get(folder)
        if real is None:
            inside = folder.startswith(self.root + os.sep)
            real = self.resolve(folder) if inside else super().resolve(folder)
            self._folders[folder] = real
        return real

    def _inside(self, path: str) -> str:
        real = self.resolve(path)
        if real != self.root and not real.startswith(self.root + os.sep):
            raise ReadFailed(f"path '{path}' is outside of the input")
        return real

    def _kinds(self, folder: str) -> Mapping[str, str]:
        """What lies in a folder of the input; nothing for one that cannot be listed."""
        found = self._listed.get(folder)
        if found is None:
            found = {}
            if folder == self.root or folder.startswith(self.root + os.sep):
                try:
                    found = super().read_directory(folder)
                except ReadFailed:
                    found = {}
            self._listed[folder] = found
        return found


def _read(path: str) -> bytes:
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise ReadFailed(f"reading file '{path}': {error.strerror}") from None
    try:
        found = os.fstat(file)
        if stat.S_ISDIR(found.st_mode):
            raise ReadFailed("read of 4096 bytes: Is a directory")
        if not stat.S_ISREG(found.st_mode):
            raise ReadFailed(f"path '{path}' is no file")
        if found.st_size > MAX_FILE_BYTES:
            raise ReadFailed(f"path '{path}' is larger than {MAX_FILE_BYTES >> 20} MiB")
        return os.read(file, MAX_FILE_BYTES)
    except OSError as error:
        raise ReadFailed(f"reading file '{path}': {error.strerror}") from None
    finally:
        os.close(file)
