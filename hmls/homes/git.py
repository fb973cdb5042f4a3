"""What a flake sees of a git working tree: tracked files, and untracked ones that git would add.

The index and the ignore rules are read with dulwich; git itself never runs.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from dataclasses import dataclass, field
from typing import Any


def find_git_root(folder: str) -> str | None:
    """The working tree that holds a folder, or None."""
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


@dataclass(frozen=True)
class GitTree:
    """The files of a working tree as git knew them when the index was read.

    Paths are relative, with slashes. Without git everything is tracked (`tracked` is None).
    """

    root: str
    tracked: frozenset[str] | None = None
    tracked_folders: frozenset[str] = frozenset()
    stamp: tuple[int, int] = (0, 0)
    problem: str | None = None
    composes: bool = False
    """Whether git knows names by their composed characters (NFC), as it does on macOS: é is one
    there, and two on a disk where the Finder wrote it."""
    _ignores: Any = field(default=None, repr=False, compare=False)
    _answers: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def is_tracked(self, path: str) -> bool:
        if self.tracked is None:
            return True
        name = unicodedata.normalize("NFC", path) if self.composes else path
        return name in self.tracked or name in self.tracked_folders

    def is_visible(self, path: str, *, folder: bool) -> bool:
        """Whether the flake would have it, after `git add -N` of what is not ignored."""
        if self.is_tracked(path):
            return True
        return not self.is_ignored(path, folder=folder)

    def is_ignored(self, path: str, *, folder: bool) -> bool:
        """Whether an untracked file or folder is ignored, by itself or by a folder around it."""
        if self._ignores is None:
            return False
        key = f"{path}/" if folder else path
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._ask(key)
        return answer

    def _ask(self, path: str) -> bool:
        try:
            return bool(self._ignores.is_ignored(path))
        except (OSError, ValueError, UnicodeError):
            return False  # An ignore file that cannot be read ignores nothing.


def index_stamp(git_root: str) -> tuple[int, int]:
    """Changes whenever git's index does; (0, 0) without one."""
    try:
        found = os.stat(os.path.join(_control_folder(git_root) or "", "index"))
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def read_git_tree(git_root: str) -> GitTree:
    """Read the index and prepare the ignore rules. Never raises on a broken repository."""
    from dulwich.errors import NotGitRepository
    from dulwich.ignore import IgnoreFilterManager
    from dulwich.repo import Repo

    stamp = index_stamp(git_root)
    try:
        repository = Repo(git_root)
        try:
            names = [os.fsdecode(name) for name in repository.open_index()]
            ignores = IgnoreFilterManager.from_repo(repository)
            composes = sys.platform == "darwin" and repository.get_config_stack().get_boolean(
                "core", "precomposeunicode", False
            )
        finally:
            repository.close()
    except (OSError, ValueError, KeyError, AssertionError, NotGitRepository) as error:
        return GitTree(git_root, stamp=stamp, problem=f"git's index cannot be read: {error}")
    folders: set[str] = set()
    for name in names:
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return GitTree(
        git_root,
        frozenset(names),
        frozenset(folders),
        stamp,
        composes=bool(composes),
        _ignores=ignores,
    )


def _control_folder(git_root: str) -> str | None:
    """The `.git` folder; for a worktree or a submodule `.git` is a file that names it."""
    path = os.path.join(git_root, ".git")
    if os.path.isdir(path):
        return path
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            first = file.readline()
    except OSError:
        return None
    kind, _, target = first.partition(":")
    return os.path.join(git_root, target.strip()) if kind == "gitdir" else None
