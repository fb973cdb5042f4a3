"""Paths as Nix prints them → files of the user's own."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

STORE_NAME = re.compile(r"/store/[0-9a-z]{32}-[^/]+")
PATH_IN_TEXT = re.compile(r"/[^\s'\"`’»:,;)]+")
VIRTUAL = re.compile(r"«(?:git\+file|path):(?://)?(?P<root>/[^?»]*)(?:\?[^»]*)?»(?P<rest>/.*)?")


@dataclass(frozen=True, slots=True)
class WorkingTree:
    """`root` is the flake's folder as the user names it, `real_root` without symbolic links.

    `top` is the folder that Nix copies, without links: Git's, or the flake's own.
    """

    root: str
    real_root: str
    top: str

    def locate(self, path: str) -> str | None:
        """The absolute path of a file or folder as Nix names it; None if it is not the user's.

        It need not exist: a file that Nix misses is located where it should be.
        """
        if match := STORE_NAME.search(path):
            source, rest = path[: match.end()], path[match.end() :]
            return self._named(self._from_store(source, rest.lstrip("/")))
        if match := VIRTUAL.fullmatch(path):
            rest = (match["rest"] or "").lstrip("/")
            return self._named(self._inside(os.path.join(unquote(match["root"]), rest)))
        if path.startswith(("«", "<")):
            return None
        return self._named(self._inside(os.path.join(self.top, path)))

    def relative(self, path: str) -> str:
        """A located path as the user knows it."""
        return os.path.relpath(path, self.root)

    def shorten(self, text: str) -> str:
        """Text with the store paths of the user's own files written as the user knows them."""

        def shortened(match: re.Match[str]) -> str:
            located = self.locate(match[0]) if STORE_NAME.search(match[0]) else None
            return match[0] if located is None else self.relative(located)

        return PATH_IN_TEXT.sub(shortened, text)

    def _named(self, path: str | None) -> str | None:
        """A real path as the user names it, who may have come by a link."""
        if path is None or not _is_below(path, self.real_root):
            return path
        return os.path.normpath(os.path.join(self.root, os.path.relpath(path, self.real_root)))

    def _inside(self, path: str) -> str | None:
        path = os.path.normpath(path)
        if _is_below(path, self.root):
            path = os.path.join(self.real_root, os.path.relpath(path, self.root))
        return os.path.normpath(path) if _is_below(path, self.top) else None

    def _knows(self, rest: str) -> bool:
        """Whether a path fits into this tree: it is there, or the folder that it should be in."""
        folder = os.path.dirname(rest)
        here = os.path.join(self.top, rest)
        return os.path.lexists(here) or (folder != "" and os.path.isdir(os.path.dirname(here)))

    def _from_store(self, source: str, rest: str) -> str | None:
        """A copy of this tree in the store is told from other sources by its flake.nix.

        Where the copy cannot be read, or flake.nix was edited since, the file itself decides.
        """
        here = os.path.normpath(os.path.join(self.top, rest))
        flake = os.path.relpath(os.path.join(self.real_root, "flake.nix"), self.top)
        copied = _content(os.path.join(source, flake))
        if copied is None:
            gone = source.endswith("-source") and not os.path.exists(source)
            return here if gone and self._knows(rest) else None
        if copied == _content(os.path.join(self.top, flake)):
            return here
        content = _content(os.path.join(source, rest))
        return here if content is not None and content == _content(here) else None


def working_tree(flake_root: str) -> WorkingTree:
    """The tree that a flake lies in: up to the nearest folder with a `.git`, if there is one."""
    root, real_root = os.path.normpath(flake_root), os.path.realpath(flake_root)
    folder = real_root
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return WorkingTree(root, real_root, real_root)
        folder = parent
    return WorkingTree(root, real_root, folder)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _content(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None
