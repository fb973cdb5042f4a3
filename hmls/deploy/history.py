"""The generations of a target, and what each changed against the one before."""

from __future__ import annotations

import asyncio
import itertools
import os
from dataclasses import dataclass, replace
from typing import Any

from hmls.deploy.deployed import read_deployed
from hmls.deploy.generations import (
    Generation,
    device_profile,
    home_profile,
    read_profile,
    system_profile,
)
from hmls.deploy.look import compare
from hmls.deploy.preview import diff_settings
from hmls.deploy.surroundings import Surroundings
from hmls.deploy.target import Machine, Target

COMPARED = 12
"""How many of the newest are compared with the one before; each takes a process."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`changes` is None where the generation before is gone, or was not looked at."""

    generation: Generation
    changes: str | None = None

    @property
    def json(self) -> dict[str, Any]:
        """As docs/protocol.md has it."""
        return {
            "id": self.generation.number,
            "date": self.generation.created.astimezone().isoformat(timespec="seconds"),
            "path": self.generation.path,
            "current": self.generation.current,
            "changes": self.changes,
        }


def generations_of(target: Target, machine: Machine) -> list[Generation]:
    """The generations of a target on this machine, newest first. Nothing is run."""
    if target.is_home:
        return read_profile(home_profile(machine))
    return read_profile((device_profile if target.kind == "droid" else system_profile)(machine))


async def history(target: Target, around: Surroundings) -> list[Entry]:
    """The generations, newest first, each with what it changed: `2 packages, 1 file changed`."""
    found = generations_of(target, around.situation.machine)
    if not around.situation.trusted or around.situation.tools.nix is None:
        return [Entry(each) for each in found]
    pairs = list(itertools.pairwise(found))[:COMPARED]
    changes = await asyncio.gather(*(_changes(old, new, target, around) for new, old in pairs))
    said = [*changes, *([None] * (len(found) - len(changes)))]
    return [Entry(each, text) for each, text in zip(found, said, strict=True)]


async def _changes(
    old: Generation, new: Generation, target: Target, around: Surroundings
) -> str | None:
    if not (os.path.exists(old.path) and os.path.exists(new.path)):
        return None
    document = await compare("", old.path, new.path, target, around)
    before = read_deployed(around.state_folder, target, old.path)
    after = read_deployed(around.state_folder, target, new.path)
    settings = diff_settings(before, after)
    text = replace(document, settings=settings).summary
    if not settings:
        return text
    names = ", ".join(change.option for change in settings[:5])
    more = f" and {len(settings) - 5} more" if len(settings) > 5 else ""
    return f"{text}; {names}{more}"
