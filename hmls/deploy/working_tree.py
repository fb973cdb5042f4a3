"""Paths as Nix prints them → files of the user's own."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

STORE_SOURCE = re.compile(r"(?P<source>/(?:[^\s'\"`’»:]*?/)?store/[0-9a-z]{32}-[^/\s'\"`’»:]+)")
STORE_PATH = re.compile(STORE_SOURCE.pattern + r"(?P<rest>/.*)?")
IN_TEXT = re.compile(STORE_SOURCE.pattern + r"(?P<rest>/[^\s'\"`’»:,;)]*)?")
VIRTUAL = re.compile(
    r"«(?P<scheme>git\+file|path):(?://)?(?P<root>/[^?»]*)(?:\?[^»]*)?»(?P<rest>/.*)?"
)


@dataclass(frozen=True, slots=True)
class WorkingTree:
    """`root` is the flake's folder; `top` the one that Nix copies: Git's, or the flake's own."""

    root: str
    top: str

    def locate(self, path: str) -> str | None:
        """The absolute path of a file or folder as Nix names it; None if it is not the user's.

        It need not exist: a file that Nix misses is located where it should be.
        """
        if match := STORE_PATH.fullmatch(path):
            return self._from_store(match["source"], (match["rest"] or "").lstrip("/"))
        if match := VIRTUAL.fullmatch(path):
            rest = (match["rest"] or "").lstrip("/")
            return self._inside(os.path.join(unquote(match["root"]), rest))
        if path.startswith(("«", "<")):
            return None
        return self._inside(os.path.join(self.top, path))

    def relative(self, path: str) -> str:
        """A located path as the user knows it."""
        return os.path.relpath(path, self.root)

    def shorten(self, text: str) -> str:
        """Text with the store paths of the user's own files written as the user knows them."""

        def shortened(match: re.Match[str]) -> str:
            located = self.locate(match[0])
            return match[0] if located is None else self.relative(located)

        return IN_TEXT.sub(shortened, text)

    def _inside(self, path: str) -> str | None:
        path = os.path.normpath(path)
        return path if path == self.top or path.startswith(self.top + os.sep) else None

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
        flake = os.path.relpath(os.path.join(self.root, "flake.nix"), self.top)
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
    root = os.path.realpath(flake_root)
    folder = root
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return WorkingTree(root, folder)
        parent = os.path.dirname(folder)
        if parent == folder:
            return WorkingTree(root, root)
        folder = parent


def _content(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None
