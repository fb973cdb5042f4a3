"""Which definitions of a file do not decide, on which targets, and what does there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hmls.homes.membership import space_of, targets_of
from hmls.homes.repository import Repository
from hmls.homes.setting import Contribution, Setting
from hmls.homes.settings import setting
from hmls.homes.targets import Target
from hmls.syntax.outline import Defined

_LONGEST = 60
"""Names of a path, as settings have them."""
_MAX_DEFINITIONS = 400
"""Of one file; of a longer one the first."""


@dataclass(frozen=True, slots=True)
class Override:
    """A definition that others win over on some targets."""

    defined: Defined
    by_target: tuple[tuple[Target, Setting], ...]

    def winners(self) -> list[Contribution]:
        """Who decides instead, each once."""
        found = [winner for _, setting in self.by_target for winner in setting.winners]
        return list(dict.fromkeys(found))


def overrides(repository: Repository, path: str, start: int, end: int) -> Iterator[Override]:
    """The definitions of a home's file that lose somewhere, those within a range of bytes."""
    if space_of(repository, path) != "home":
        return
    targets = targets_of(repository, path)
    leaves = [
        defined
        for defined in repository.index[path].defined
        if defined.is_leaf
        and not defined.declares
        and len(defined.path) <= _LONGEST
        and start <= defined.start < end
    ]
    for defined in leaves[:_MAX_DEFINITIONS]:
        found = tuple(
            (target, known)
            for target in targets
            if (known := setting(repository, target, defined.path)) is not None
            and known.defined
            and _loses(known, path, defined)
        )
        if found:
            yield Override(defined, found)


def _loses(known: Setting, path: str, defined: Defined) -> bool:
    """Whether what is written there loses to another layer, and no part of it wins."""
    own = [c for c in known.contributions if c.file == path and c.start == defined.start]
    if not any(c.status == "loses" for c in own) or any(c.status == "wins" for c in own):
        return False
    return any(winner.start != defined.start or winner.file != path for winner in known.winners)
