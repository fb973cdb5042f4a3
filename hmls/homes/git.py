"""What a flake sees of a git working tree: tracked files, and untracked ones that git would add.

The index and the ignore rules are read with dulwich; git itself never runs.
"""

from __future__ import annotations

import os
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
    _ignores: Any = field(default=None, repr=False, compare=False)
    _answers: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def is_tracked(self, path: str) -> bool:
        return self.tracked is None or path in self.tracked or path in self.tracked_folders

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
    return GitTree(git_root, frozenset(names), frozenset(folders), stamp, None, ignores)


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
