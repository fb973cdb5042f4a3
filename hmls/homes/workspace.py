"""All flake roots of an editor's workspace, and the numbered snapshots of their files.

`Workspace` belongs to the thread that talks to the editor: it takes in edits and changes on
disk and makes snapshots, which are immutable. `Views` belongs to the evaluation thread: it
makes of a snapshot what features read, taking over what no change has touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hmls.config import LayoutSettings
from hmls.homes.files import Buffer, Disk, Files, Seen
from hmls.homes.git import GitTree, find_git_root, index_stamp, read_git_tree
from hmls.homes.knowledge import Knowledge, Nothing
from hmls.homes.layout import is_layout_folder
from hmls.homes.repository import Repository
from hmls.lang.check import is_readable
from hmls.syntax.parse import Source, parse

_SKIPPED = frozenset((".git", ".direnv", "node_modules", "result", ".venv", "target"))
_MAX_DEPTH = 4
"""How deep below a workspace folder flakes are looked for."""
_KEPT_CHANGES = 10_000
"""The evaluation thread is never so many edits behind."""


@dataclass(frozen=True)
class Snapshot:
    """The files of all roots at one moment."""

    number: int = 0
    roots: tuple[str, ...] = ()
    trees: Mapping[str, GitTree] = field(default_factory=dict)
    """Git root (or flake root without git) → what git knows there."""
    buffers: Mapping[str, Buffer] = field(default_factory=dict)

    def root_of(self, path: str) -> str | None:
        """The flake root that a path lies in, the innermost where they nest."""
        found = [r for r in self.roots if path == r or path.startswith(r + os.sep)]
        return max(found, key=len) if found else None


class Workspace:
    """The mutable side: folders, open buffers, and the current snapshot."""

    def __init__(self, store_root: str = "") -> None:
        self.disk = Disk()
        self.store_root = store_root
        self.layout = LayoutSettings()
        self.folders: list[str] = []
        self.snapshot = Snapshot()
        self._changes: list[tuple[int, frozenset[str]]] = []

    def set_folders(self, folders: Iterable[str]) -> None:
        """Look for flakes in other folders."""
        self.folders = [os.path.abspath(folder) for folder in folders]
        self.look_again()

    def use_layout(self, layout: LayoutSettings) -> None:
        """Look for homes, systems and modules where the user says that they lie."""
        if layout != self.layout:
            self.layout = layout
            self._advance(frozenset(self.snapshot.roots))

    def look_again(self) -> None:
        """Find the flake roots anew, and the git trees that they lie in."""
        roots = tuple(dict.fromkeys(r for folder in self.folders for r in find_roots(folder)))
        trees = dict(self.snapshot.trees)
        for root in roots:
            tree_root = find_git_root(root) or root
            if tree_root not in trees:
                trees[tree_root] = _read_tree(tree_root)
        self._advance(frozenset(self.snapshot.roots).symmetric_difference(roots), roots, trees)

    def open(self, path: str, text: bytes, version: int | None = None) -> None:
        source = parse(text)
        valid = source if is_readable(source) else self._saved(path)
        self._set_buffer(path, Buffer(text, source, version, valid))

    def edit(self, path: str, text: bytes, version: int | None = None) -> None:
        """The new text of an open buffer."""
        before = self.snapshot.buffers.get(path)
        if before is None:
            self.open(path, text, version)
            return
        source = parse(text, before.source)
        valid = source if is_readable(source) else before.valid
        self._set_buffer(path, Buffer(text, source, version, valid))

    def close(self, path: str) -> None:
        buffers = {name: b for name, b in self.snapshot.buffers.items() if name != path}
        closed = self.snapshot.buffers.get(path)
        changed = closed is None or self._differs(path, closed)
        is_there = os.path.lexists(path)
        paths = frozenset((path,)) if is_there else _with_folder([path])
        self._advance(paths if changed else frozenset(), buffers=buffers)

    def changed_on_disk(self, paths: Iterable[str], *, listing: bool) -> None:
        """Files were written; with `listing`, they came or went."""
        changed = list(paths)
        for path in changed:
            self.disk.forget(path)
        names = {os.path.basename(path) for path in changed}
        if listing and "flake.nix" in names:
            self.look_again()
        self._advance(_with_folder(changed) if listing else frozenset(changed))

    def check_git(self) -> bool:
        """Read git's index again where it has changed; whether it has."""
        trees = dict(self.snapshot.trees)
        changed: set[str] = set()
        for root, tree in self.snapshot.trees.items():
            if tree.tracked is None or tree.stamp == index_stamp(root):
                continue
            trees[root] = fresh = _read_tree(root)
            other = (tree.tracked or frozenset()) ^ (fresh.tracked or frozenset())
            changed |= _with_folder(os.path.join(root, *name.split("/")) for name in other)
        if trees != self.snapshot.trees:
            self._advance(frozenset(changed), trees=trees)
            return True
        return False

    def changes_since(self, number: int) -> set[str]:
        """Paths that changed after the snapshot of a number, with folders whose listing did.

        Any thread may ask.
        """
        changed: set[str] = set()
        for made, paths in list(self._changes):
            if made > number:
                changed |= paths
        return changed

    def _saved(self, path: str) -> Source | None:
        try:
            source = parse(self.disk.read(path))
        except OSError:
            return None
        return source if is_readable(source) else None

    def _set_buffer(self, path: str, buffer: Buffer) -> None:
        before = self.snapshot.buffers.get(path)
        buffers = {**self.snapshot.buffers, path: buffer}
        changed = frozenset((path,)) if before is not None else _with_folder([path])
        same = before is not None and before.evaluated.text == buffer.evaluated.text
        if same or (before is None and not self._differs(path, buffer)):
            changed = frozenset()
        self._advance(changed, buffers=buffers)

    def _differs(self, path: str, buffer: Buffer) -> bool:
        """Whether a buffer says anything else than what was read of the file on disk."""
        return self.disk.known(path) != buffer.evaluated.text

    def _advance(
        self,
        changes: frozenset[str],
        roots: tuple[str, ...] | None = None,
        trees: Mapping[str, GitTree] | None = None,
        buffers: Mapping[str, Buffer] | None = None,
    ) -> None:
        before = self.snapshot
        self.snapshot = Snapshot(
            before.number + 1,
            before.roots if roots is None else roots,
            before.trees if trees is None else trees,
            before.buffers if buffers is None else buffers,
        )
        if changes:
            self._changes.append((before.number + 1, changes))
            del self._changes[:-_KEPT_CHANGES]


def _with_folder(paths: Iterable[str]) -> frozenset[str]:
    """The paths, and the folders in which they came or went, or may have.

    A folder that holds nothing else came or went with them: of that no editor tells.
    """
    found = set(paths)
    for path in list(found):
        while (parent := os.path.dirname(path)) != path:
            found.add(parent)
            if _holds_others(parent, found):
                break
            path = parent
    return frozenset(found)


def _holds_others(folder: str, known: set[str]) -> bool:
    """Whether a folder is there, and has anything that is not among some paths."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.path not in known for entry in entries)
    except OSError:
        return False


def _read_tree(root: str) -> GitTree:
    if not os.path.exists(os.path.join(root, ".git")):
        return GitTree(root)
    return read_git_tree(root)


def find_roots(folder: str) -> list[str]:
    """The flake roots in a folder: the one that it lies in, and those below it."""
    found: list[str] = []
    outer = folder
    while True:
        if os.path.lexists(os.path.join(outer, "flake.nix")) and is_layout_folder(outer):
            found.append(outer)
            break
        parent = os.path.dirname(outer)
        if parent == outer or os.path.exists(os.path.join(outer, ".git")):
            break
        outer = parent
    _find_below(folder, 0, found)
    return list(dict.fromkeys(found))


def _find_below(folder: str, depth: int, found: list[str]) -> None:
    try:
        with os.scandir(folder) as entries:
            listed = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return
    if any(name == "flake.nix" for name, _ in listed) and (depth == 0 or is_layout_folder(folder)):
        found.append(folder)
    if depth < _MAX_DEPTH:
        for name, is_folder in sorted(listed):
            if is_folder and name not in _SKIPPED and not name.startswith("."):
                _find_below(os.path.join(folder, name), depth + 1, found)


@dataclass(frozen=True)
class View:
    """What features read: a snapshot with its repositories."""

    snapshot: Snapshot
    repositories: Mapping[str, Repository]

    def repository(self, path: str) -> Repository | None:
        """The repository that a file belongs to."""
        root = self.snapshot.root_of(path)
        return None if root is None else self.repositories.get(root)

    def source(self, path: str) -> Source | None:
        """The tree of a file as it is in the editor."""
        buffer = self.snapshot.buffers.get(path)
        if buffer is not None:
            return buffer.source
        repository = self.repository(path)
        if repository is not None:
            return repository.files.source(path)
        try:
            with open(path, "rb") as file:
                return parse(file.read())
        except OSError:
            return None


def _still_seen(files: Files, snapshot: Snapshot, changed: set[str]) -> Seen:
    """What is known of the disk from the version before, if only open buffers changed since."""
    buffers = snapshot.buffers.keys()
    if changed <= buffers and files.buffers.keys() == buffers:
        return files.seen.after_edits()
    return Seen()


class Views:
    """From snapshots to views, on the evaluation thread."""

    def __init__(self, workspace: Workspace, knowledge: Knowledge | None = None) -> None:
        self._workspace = workspace
        self.knowledge = knowledge or Nothing()
        self._view = View(Snapshot(-1), {})

    def newest(self) -> View:
        """The view of the workspace's present snapshot."""
        snapshot = self._workspace.snapshot
        before = self._view
        if snapshot.number == before.snapshot.number:
            return before
        changed = self._workspace.changes_since(before.snapshot.number)
        repositories: dict[str, Repository] = {}
        for root in snapshot.roots:
            tree = snapshot.trees[find_git_root(root) or root]
            workspace = self._workspace
            known = before.repositories.get(root)
            files = Files(
                tree,
                snapshot.buffers,
                workspace.disk,
                workspace.store_root,
                layout=workspace.layout,
                seen=Seen() if known is None else _still_seen(known.files, snapshot, changed),
            )
            if known is None or known.knowledge is not self.knowledge:
                repositories[root] = Repository(root, files, self.knowledge)
            else:
                repositories[root] = known.next(files, changed)
        self._view = View(snapshot, repositories)
        return self._view
