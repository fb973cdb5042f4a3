"""What the files of a repository say by their text alone, kept by content.

An index of the version before hands over the facts of every file that is the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import ReferenceType, ref

from hmls.homes.files import Files, FlakeReader
from hmls.lang.errors import Unknowable
from hmls.lang.interp import ReadFailed
from hmls.syntax.kinds import Kind
from hmls.syntax.outline import Defined, outline
from hmls.syntax.parse import Source, SyntaxProblem, named_at, parse, syntax_problems

_IN_PATH = re.compile(rb"/[\w.+-]")
"""What every path has in it, and few other things outside of texts."""
_SKIPPED = frozenset((".git", ".direnv", "node_modules", ".venv"))


@dataclass(frozen=True, slots=True)
class PathLiteral:
    """A path without interpolations, as written."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file. `text` is what the facts are of."""

    text: bytes
    defined: tuple[Defined, ...]
    problems: tuple[SyntaxProblem, ...]
    paths: tuple[PathLiteral, ...]


def facts_of(text: bytes, source: Source | None = None) -> FileFacts:
    """The facts of a text; its tree is made if it is not given, and not kept."""
    source = source or parse(text)
    problems = tuple(syntax_problems(source))
    defined = tuple(outline(source)) if len(text) < 1 << 20 else ()
    return FileFacts(text, defined, problems, _path_literals(source))


def _path_literals(source: Source) -> tuple[PathLiteral, ...]:
    found: dict[int, PathLiteral] = {}
    for match in _IN_PATH.finditer(source.text):
        at = match.start()
        node = named_at(source, at, at + 1)
        if node is not None and node.kind_id != Kind.PATH:
            node = node.parent
        if node is None or node.kind_id != Kind.PATH or node.start_byte in found:
            continue
        if not any(child.kind_id == Kind.INTERPOLATION for child in node.named_children):
            text = (node.text or b"").decode("utf-8", "replace")
            found[node.start_byte] = PathLiteral(node.start_byte, node.end_byte, text)
    return tuple(found.values())


class Index:
    """The facts of all .nix files that the flake sees, by path."""

    def __init__(self, root: str, files: Files, before: Index | None = None) -> None:
        self.root = root
        self.files = files
        self._facts: dict[str, FileFacts] = {}
        self._before = {} if before is None else before._facts
        self._paths: tuple[str, ...] | None = None
        self._is_listed = False
        """Whether the list of files is that of the index before."""
        self._edited: tuple[ReferenceType[Index], set[str]] | None = None
        self.shared: dict[object, Any] = {} if before is None else before.shared
        """What is gathered of all versions of the files, by who gathers it."""
        if before is not None and before.files.seen is files.seen:
            self._believe(before)

    def _believe(self, before: Index) -> None:
        """Take over the facts of all files that cannot have changed, without a look at them."""
        self._facts = dict(before._facts)
        buffers, others = self.files.buffers, before.files.buffers
        edited = {p for p in (*buffers, *others) if buffers.get(p) is not others.get(p)}
        for path in edited:
            self._facts.pop(path, None)
        self._edited = ref(before), edited

    def edited_since(self, before: Index) -> list[str] | None:
        """The files that may differ from those of an index, None where any may."""
        if self._edited is None or self._edited[0]() is not before:
            return None
        return [p for p in self._edited[1] if p in self.path_set] if self._is_listed else None

    @property
    def paths(self) -> tuple[str, ...]:
        """The .nix files, sorted."""
        if self._paths is None:
            self._paths = tuple(sorted(nix_files(self.root, FlakeReader(self.files))))
        return self._paths

    @cached_property
    def path_set(self) -> frozenset[str]:
        return frozenset(self.paths)

    def take_paths(self, before: Index) -> None:
        """The list of files is that of an index before: none came or went."""
        self._paths = before._paths
        self._is_listed = self._paths is not None
        if "path_set" in before.__dict__:
            self.path_set = before.path_set

    def __getitem__(self, path: str) -> FileFacts:
        facts = self._facts.get(path)
        if facts is None:
            facts = self._facts[path] = self._read(path)
        return facts

    def items(self) -> Iterator[tuple[str, FileFacts]]:
        known = self._facts
        for path in self.paths:
            yield path, known.get(path) or self[path]

    def _read(self, path: str) -> FileFacts:
        text = self.files.text(path)
        if text is None:
            return FileFacts(b"", (), (), ())
        known = self._before.get(path)
        if known is not None and known.text == text:
            return known
        buffer = self.files.buffers.get(path)
        return facts_of(text, None if buffer is None else buffer.source)


def nix_files(root: str, reader: FlakeReader) -> Iterator[str]:
    """The .nix files below a folder that the flake sees; symlinks are not followed."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            entries = reader.read_directory(folder)
        except (ReadFailed, Unknowable):
            continue
        for name, kind in entries.items():
            if kind == "directory" and name not in _SKIPPED:
                folders.append(os.path.join(folder, name))
            elif kind == "regular" and name.endswith(".nix"):
                yield os.path.join(folder, name)
