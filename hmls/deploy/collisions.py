"""Files of the user's that a new generation would be placed over.

Predicts what Home Manager's modules/files/check-link-targets.sh finds during activation, before
anything is activated.
"""

from __future__ import annotations

import filecmp
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from hmls.deploy.files_diff import home_files

OWN_LINK = re.compile(r"/[^/].*/[0-9a-z]{32}-home-manager-files/.+")

Outcome = Literal["fails", "backed-up", "backup-exists", "no-folder"]


@dataclass(frozen=True, slots=True)
class Collision:
    """A file in the way of `target`, and what activation will do about it."""

    target: str
    path: str
    outcome: Outcome

    @property
    def text(self) -> str:
        """A sentence for the user."""
        match self.outcome:
            case "fails":
                return f"{self.path} is in the way and not managed: activation would fail."
            case "backed-up":
                return f"{self.path} is in the way and would be moved aside."
            case "backup-exists":
                return f"{self.path} is in the way, and so is its backup: activation would fail."
            case "no-folder":
                return f"{self.path} would have to be a folder: activation would fail half-way."


def predict(
    generation: str,
    home: str,
    backup_extension: str | None = None,
    forced: Collection[str] = (),
) -> list[Collision]:
    """What activating a built generation would collide with, by target.

    `forced` holds the targets with `force = true`, which are placed over anything.
    """
    found = []
    for target, source in home_files(generation).items():
        path = os.path.join(home, target)
        if (parent := _file_as_folder(home, target)) is not None:
            found.append(Collision(target, parent, "no-folder"))
        elif not _is_forced(target, forced) and _in_the_way(path, source):
            found.append(Collision(target, path, _outcome(path, backup_extension)))
    return found


def removed(generation: str, home: str) -> list[str]:
    """Targets of a generation that are not in the home: activating it puts them there."""
    return [
        target
        for target in home_files(generation)
        if not os.path.lexists(os.path.join(home, target))
    ]


def _file_as_folder(home: str, target: str) -> str | None:
    """The file that stands where a target's folder must be, and that no activation removes.

    Home Manager's check of link targets does not see it: its `mkdir -p` fails.
    """
    path = home
    for name in os.path.dirname(target).split(os.sep):
        path = os.path.join(path, name)
        if not os.path.lexists(path):
            return None
        if not os.path.isdir(path):
            is_own = os.path.islink(path) and OWN_LINK.fullmatch(os.readlink(path)) is not None
            return None if is_own else path
    return None


def _in_the_way(path: str, source: str) -> bool:
    """A file with the same content is no collision: it is left, or replaced by the link."""
    return _is_foreign(path) and not _same_content(path, source)


def _is_foreign(path: str) -> bool:
    """Whether something is there that no generation placed. A dangling link counts as nothing."""
    if not os.path.exists(path):
        return False
    return not os.path.islink(path) or OWN_LINK.fullmatch(os.readlink(path)) is None


def _outcome(path: str, backup_extension: str | None) -> Outcome:
    """Home Manager moves files aside, never links."""
    if backup_extension is None or os.path.islink(path):
        return "fails"
    return "backup-exists" if os.path.exists(f"{path}.{backup_extension}") else "backed-up"


def _is_forced(target: str, forced: Collection[str]) -> bool:
    return any(target.startswith(each) for each in forced)


def _same_content(path: str, source: str) -> bool:
    try:
        return filecmp.cmp(path, source, shallow=False)
    except OSError:
        return False
