"""The plain disk as an evaluation sees it: any path may be read.

The server reads through a snapshot of a repository instead; this is for `hmls eval`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from typing import TypeVar

from hmls.lang.interp import ReadFailed
from hmls.syntax.parse import Source

T = TypeVar("T")


class DiskReader:
    """A `Reader` of this machine's files."""

    def read(self, path: str) -> bytes:
        try:
            with open(path, "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            raise ReadFailed(self.missing(path)) from None
        except IsADirectoryError:
            raise ReadFailed("read of 4096 bytes: Is a directory") from None
        except OSError as error:
            raise ReadFailed(f"reading file '{path}': {error.strerror}") from None

    def read_directory(self, path: str) -> Mapping[str, str]:
        try:
            with os.scandir(path) as entries:
                return {entry.name: _kind_of(entry) for entry in entries}
        except (FileNotFoundError, NotADirectoryError):
            if os.path.lexists(path):
                raise ReadFailed(f'cannot read directory "{path}": Not a directory') from None
            raise ReadFailed(self.missing(path)) from None
        except OSError as error:
            raise ReadFailed(f'cannot read directory "{path}": {error.strerror}') from None

    def kind(self, path: str) -> str | None:
        try:
            mode = os.lstat(path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ReadFailed(f"getting status of '{path}': {error.strerror}") from None
        if stat.S_ISREG(mode):
            return "regular"
        if stat.S_ISDIR(mode):
            return "directory"
        return "symlink" if stat.S_ISLNK(mode) else "unknown"

    def missing(self, path: str) -> str:
        return f"path '{path}' does not exist"

    def once(self, _key: object, compute: Callable[[], T]) -> T:
        return compute()

    def resolve(self, path: str) -> str:
        try:
            return os.path.realpath(path, strict=True)
        except OSError as error:
            if isinstance(error, FileNotFoundError | NotADirectoryError):
                raise ReadFailed(self.missing(path)) from None
            raise ReadFailed(f"getting status of '{path}': {error.strerror}") from None

    def source(self, _path: str, _text: bytes) -> Source | None:
        return None


def _kind_of(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "symlink"
    if entry.is_dir(follow_symlinks=False):
        return "directory"
    return "regular" if entry.is_file(follow_symlinks=False) else "unknown"
