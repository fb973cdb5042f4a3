"""All effective settings of one target, cold: nothing of the repository was read before."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.client import cpu_seconds_of
from benchmarks.figure import Figure
from benchmarks.trees import FILES_OF_A_PERSON, repository

_ROUNDS = 3


def measure() -> list[Figure]:
    from hmls.lang.thread import run

    with tempfile.TemporaryDirectory() as folder:
        root = repository(Path(folder).resolve(), FILES_OF_A_PERSON)
        found = [cpu_seconds_of(lambda: run(lambda: _leaves(root))) for _ in range(_ROUNDS)]
    leaves, known = found[0][1]
    note = f"{known} of {leaves} leaves known"
    return [
        Figure(
            f"settings of one target, cold, {FILES_OF_A_PERSON} files",
            median(time for time, _ in found) * 1000,
            "ms",
            1000,
            note,
        )
    ]


def _leaves(root: Path) -> tuple[int, int]:
    from hmls.homes.catalogued import Catalogued
    from hmls.homes.settings import settings
    from hmls.homes.workspace import Views, Workspace

    workspace = Workspace()
    workspace.set_folders([str(root)])
    repository = next(iter(Views(workspace, Catalogued()).newest().repositories.values()))
    target = next(t for t in repository.targets.items if t.name == "alice@desk")
    found = settings(repository, target)
    return len(found), sum(setting.known for setting in found)
