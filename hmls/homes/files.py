"""Reading files: open buffers before the disk, and only what a flake would see.

This is the one place that reads the user's files.
"""

from __future__ import annotations

import os
import stat as stat_module
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hmls.config import LayoutSettings
from hmls.homes.git import GitTree
from hmls.lang import coerce, store
from hmls.lang.errors import Unknowable
from hmls.lang.interp import ReadFailed
from hmls.lang.values import Cause, Unknown
from hmls.syntax.parse import MAX_BYTES, Source, parse

T = TypeVar("T")

_KINDS = {
    stat_module.S_IFREG: "regular",
    stat_module.S_IFDIR: "directory",
    stat_module.S_IFLNK: "symlink",
}
_MAX_LINKS = 40
MAX_DATA_BYTES = 16 << 20
"""Of larger files the content is unknown, also as text; hmls.syntax.parse.MAX_BYTES is for Nix."""
_TOO_LARGE = Cause("too-large", f"the file is larger than {MAX_DATA_BYTES >> 20} MiB")


@dataclass(frozen=True, slots=True)
class Buffer:
    """An open file: its text, its tree, and the last text that Nix would read."""

    text: bytes
    source: Source
    version: int | None = None
    valid: Source | None = None

    @property
    def evaluated(self) -> Source:
        """What values are computed from."""
        return self.source if self.valid is None else self.valid


class Disk:
    """Contents of files by path, kept while the file's size and time stay the same.

    Shared by all snapshots and threads.
    """

    def __init__(self) -> None:
        self._contents: dict[str, tuple[tuple[int, int], bytes]] = {}
        self._lock = threading.Lock()

    def read(self, path: str) -> bytes:
        """Raises OSError. A file of more than MAX_DATA_BYTES is cut just behind that."""
        with self._lock:
            known = self._contents.get(path)
        if known is not None and known[0] == _stamp(os.stat(path)):
            return known[1]
        # Without waiting, for a pipe would be waited for.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            found = os.fstat(number)
            if not stat_module.S_ISREG(found.st_mode):
                raise IsADirectoryError(path)
            content = _content(number, min(found.st_size, MAX_DATA_BYTES) + 1)
        finally:
            os.close(number)
        if len(content) <= MAX_BYTES:
            with self._lock:
                self._contents[path] = (_stamp(found), content)
        return content

    def known(self, path: str) -> bytes | None:
        """What a file said when it was last read, whatever it says now."""
        with self._lock:
            found = self._contents.get(path)
        return None if found is None else found[1]

    def forget(self, path: str) -> None:
        with self._lock:
            self._contents.pop(path, None)


@dataclass(slots=True)
class Seen:
    """What the disk said when somebody looked, for as long as it is believed.

    While only open buffers change that is a few seconds: an edit changes one file, and the
    evaluations after it ask for the same hundreds of others.
    """

    since_s: float = field(default_factory=time.monotonic)
    real_paths: dict[str, str] = field(default_factory=dict)
    """Path → the same with every symlink followed."""
    real_root: str | None = None
    """The root of the tree with every symlink followed, once somebody asked."""
    kinds: dict[str, str | None] = field(default_factory=dict)
    """Path → what is there, links not followed."""
    resolved: dict[str, str] = field(default_factory=dict)
    """The same of what may be read, as a reader gives it."""
    folders: dict[str, Mapping[str, str]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    answers: dict[object, tuple[Any, tuple[str, ...]]] = field(default_factory=dict)
    """What was made of files that no buffer holds, by who made it, and what was read for it."""

    def after_edits(self) -> Seen:
        """What is believed when nothing but open buffers changed."""
        return self if time.monotonic() - self.since_s < _BELIEVED_S else Seen()


_BELIEVED_S = 5.0


@dataclass(frozen=True)
class Files:
    """One version of all files: what was in open buffers at one moment, and the disk.

    `tree` is the git tree that holds the flake; outside of it only the Nix store is read.
    `store_root` is the folder in which `/nix/store` is looked up, empty for the real one.
    `layout` is what the editor's user set of where things lie.
    """

    layout: LayoutSettings = field(default_factory=LayoutSettings, kw_only=True)
    tree: GitTree
    buffers: Mapping[str, Buffer] = field(default_factory=dict)
    disk: Disk = field(default_factory=Disk)
    store_root: str = ""
    seen: Seen = field(default_factory=Seen, compare=False, repr=False)
    """What was looked at before in this version: evaluations of many targets ask the same."""

    def real_path(self, path: str) -> str:
        """The path with every symlink followed, but for those that lead to the tree itself.

        A flake that was opened by a symlink keeps the name by which it was opened.
        """
        found = self.seen.real_paths.get(path)
        if found is None:
            found = self.seen.real_paths[path] = self._real_path(path)
        return found

    def _real_path(self, path: str) -> str:
        folder, name = os.path.split(path)
        if name in ("", os.curdir, os.pardir):
            return self._as_opened(os.path.realpath(path))
        real = self.seen.real_paths.get(folder)
        if real is None:
            real = self.seen.real_paths[folder] = self._as_opened(os.path.realpath(folder))
        found = f"{real.rstrip(os.sep)}{os.sep}{name}"
        return self._as_opened(os.path.realpath(found)) if os.path.islink(found) else found

    def _as_opened(self, real: str) -> str:
        """A path without symlinks, below the tree by the name that the tree was opened by."""
        root, seen = self.tree.root, self.seen
        if seen.real_root is None:
            seen.real_root = os.path.realpath(root)
        if real == seen.real_root or real.startswith(seen.real_root.rstrip(os.sep) + os.sep):
            return root + real[len(seen.real_root) :]
        return real

    def text(self, path: str) -> bytes | None:
        """The text of a file of the tree as the editor has it, or None."""
        buffer = self.buffers.get(path)
        if buffer is not None:
            return buffer.text
        try:
            return self.disk.read(path)
        except OSError:
            return None

    def on_disk(self, path: str) -> str:
        """Where a file lies that Nix names: those of the store in `store_root`."""
        path = store.disk_path(path)
        return self.store_root + path if path.startswith(f"{store.STORE}/") else path

    def source(self, path: str) -> Source | None:
        """The tree of a file as the editor has it, or None if it cannot be read."""
        buffer = self.buffers.get(path)
        if buffer is not None:
            return buffer.source
        text = self.text(path)
        return None if text is None else parse(text)

    def exists(self, path: str) -> bool:
        return path in self.buffers or os.path.lexists(path)

    def relative(self, path: str) -> str:
        """The path below the tree's root, with slashes."""
        root = self.tree.root
        if path.startswith(root + os.sep):
            # What os.path.relpath says too, which is slow.
            return path[len(root) + 1 :].replace(os.sep, "/")
        return os.path.relpath(path, root).replace(os.sep, "/")

    def is_inside(self, path: str) -> bool:
        root = self.tree.root
        return path == root or path.startswith(root + os.sep)


def _stamp(found: os.stat_result) -> tuple[int, int]:
    return found.st_mtime_ns, found.st_size


def _content(number: int, size: int) -> bytes:
    """What an open file has to give, up to a size."""
    content = os.read(number, size)
    while len(content) < size:
        more = os.read(number, size - len(content))
        if not more:
            break
        content += more
    return content


class FlakeReader:
    """How an evaluation of the flake reads: `lang.interp.Reader`, noting what it was asked.

    `reads` fills with the paths of files and folders on which the answers depended.
    """

    def __init__(self, files: Files) -> None:
        self.files = files
        self.reads: set[str] = set()
        self.inputs: dict[str, str] = {}
        """Names of the flake's inputs, by the path that each has in the store."""

    def read(self, path: str) -> bytes:
        path = self.resolve(path)
        self.reads.add(path)
        buffer = self.files.buffers.get(path)
        if buffer is not None:
            return buffer.evaluated.text
        contents = self.files.seen.contents
        known = contents.get(path)
        if known is not None:
            return known
        try:
            content = self.files.disk.read(self._disk(path))
        except (FileNotFoundError, NotADirectoryError):
            raise self._missing(path) from None
        except IsADirectoryError:
            raise ReadFailed(f"reading file '{store.shown_path(path)}': Is a directory") from None
        except OSError as error:
            message = f"reading file '{store.shown_path(path)}': {error.strerror}"
            raise ReadFailed(message) from None
        if len(content) > MAX_DATA_BYTES:
            raise Unknowable(Unknown(store.shown_path(path), _TOO_LARGE))
        contents[path] = content
        return content

    def read_directory(self, path: str) -> Mapping[str, str]:
        path = self.resolve(path)
        self.reads.add(path)
        folders = self.files.seen.folders
        known = folders.get(path)
        if known is None:
            known = folders[path] = self._list(path)
        return known

    def _list(self, path: str) -> Mapping[str, str]:
        try:
            with os.scandir(self._disk(path)) as entries:
                found = {entry.name: _kind_of(entry) for entry in entries}
        except (FileNotFoundError, NotADirectoryError):
            raise self._missing(path) from None
        except OSError as error:
            shown = store.shown_path(path)
            raise ReadFailed(f"cannot read directory '{shown}': {error.strerror}") from None
        if not self.files.is_inside(path):
            return found
        for buffer_path in self.files.buffers:
            if os.path.dirname(buffer_path) == path:
                found.setdefault(os.path.basename(buffer_path), "regular")
        return {
            name: kind
            for name, kind in found.items()
            if name != ".git" and self._is_visible(f"{path}{os.sep}{name}", kind)
        }

    def kind(self, path: str) -> str | None:
        """What is at the path; a folder above it may be a symlink."""
        if path == self.files.tree.root:
            return "directory"
        folder, name = os.path.split(path)
        path = os.path.join(self.resolve(folder), name) if name else path
        self._check(path)
        self.reads.add(path)
        kinds = self.files.seen.kinds
        if path in kinds:
            return kinds[path]
        kind = kinds[path] = self._look_at(path)
        return kind

    def _look_at(self, path: str) -> str | None:
        if path in self.files.buffers:
            return "regular"
        try:
            kind = _kind(os.lstat(self._disk(path)))
        except PermissionError as error:
            message = f"getting status of '{store.shown_path(path)}': {error.strerror}"
            raise ReadFailed(message) from None
        except OSError:
            self._refuse_missing_input(path)
            return None
        if self.files.is_inside(path) and not self._is_visible(path, kind):
            return None
        return kind

    def resolve(self, path: str) -> str:
        """The path with every symlink on the way followed."""
        resolved = self.files.seen.resolved
        found = resolved.get(path)
        if found is None:
            found = resolved[path] = self._resolve(path)
        return found

    def _resolve(self, path: str) -> str:
        self._check(path)
        if path in self.files.buffers:
            return path
        disk = self._disk(path)
        real = self.files.real_path(disk)
        if real == disk:
            return path
        # Only what the links on the way lead to may be read.
        inside = self._from_disk(real)
        self._check(inside)
        return inside

    def once(self, key: object, compute: Callable[[], T]) -> T:
        answers = self.files.seen.answers
        known = answers.get(key)
        if known is not None:
            self.reads.update(known[1])
            found: T = known[0]
            return found
        before, self.reads = self.reads, set()
        try:
            found = compute()
        finally:
            reads, self.reads = self.reads, before
            before |= reads
        if reads.isdisjoint(self.files.buffers):
            answers[key] = found, tuple(reads)
        return found

    def source(self, path: str, text: bytes) -> Source | None:
        buffer = self.files.buffers.get(path)
        if buffer is None:
            return None
        source = buffer.evaluated
        return source if source.text == text else None

    def _check(self, path: str) -> None:
        if self.files.is_inside(path) or path.startswith(f"{store.STORE}/"):
            return
        if path in ("/", store.STORE, "/nix"):
            return
        shown = store.shown_path(path)
        raise ReadFailed(
            f"access to absolute path '{shown}' is forbidden in pure evaluation mode "
            "(use '--impure' to override)"
        )

    def _is_visible(self, path: str, kind: str) -> bool:
        if path == self.files.tree.root or path in self.files.buffers:
            return True
        relative = self.files.relative(path)
        return self.files.tree.is_visible(relative, folder=kind == "directory")

    def _disk(self, path: str) -> str:
        if self.files.store_root and path.startswith(f"{store.STORE}/"):
            return self.files.store_root + path
        return path

    def _from_disk(self, path: str) -> str:
        root = self.files.store_root
        if root and path.startswith(f"{os.path.realpath(root)}{store.STORE}/"):
            return path[len(os.path.realpath(root)) :]
        return path

    def _missing(self, path: str) -> ReadFailed:
        self._refuse_missing_input(path)
        return ReadFailed(self.missing(path))

    def missing(self, path: str) -> str:
        tree = self.files.tree
        if tree.tracked is not None and self.files.is_inside(path):
            relative = self.files.relative(path)
            return f"Path '{relative}' does not exist in Git repository \"{tree.root}\"."
        return f"path '{store.shown_path(path)}' does not exist"

    def _refuse_missing_input(self, path: str) -> None:
        """A file of an input that is not in the store is unknown, not absent."""
        if not path.startswith(f"{store.STORE}/"):
            return
        name = path[len(store.STORE) + 1 :].split("/", 1)[0]
        if os.path.lexists(self._disk(f"{store.STORE}/{name}")):
            return
        whole = f"{store.STORE}/{name}"
        of = self.inputs.get(whole, "")
        shown = f"the input {of}" if of else whole
        cause = Cause("missing-input", f"{shown} is not in the Nix store here", of)
        raise Unknowable(Unknown(coerce.normalize(path), cause))


def _kind(found: os.stat_result) -> str:
    return _KINDS.get(stat_module.S_IFMT(found.st_mode), "unknown")


def _kind_of(entry: os.DirEntry[str]) -> str:
    """The same of an entry of a folder, which most often knows without another look."""
    if entry.is_symlink():
        return "symlink"
    if entry.is_dir(follow_symlinks=False):
        return "directory"
    return "regular" if entry.is_file(follow_symlinks=False) else "unknown"
