"""What hmls says of examples/homelab beside what real Nix said."""

from __future__ import annotations

import json
from typing import Any

from hmls.homes.knowledge import Knowledge
from hmls.homes.settings import setting
from hmls.homes.workspace import Views, Workspace
from tests.standins.homelab import EXPECTED, HOMELAB, segments


def compared(knowledge: Knowledge | None = None) -> tuple[list[Any], int]:
    """The settings whose value is wrong, and how many are known. On the evaluation thread."""
    expected = json.loads(EXPECTED.read_text())
    workspace = Workspace()
    workspace.set_folders([str(HOMELAB)])
    repository = next(iter(Views(workspace, knowledge).newest().repositories.values()))
    wrong, known = [], 0
    for target in repository.targets.items:
        for name, answer in expected[target.name].items():
            found = setting(repository, target, tuple(segments(name)))
            if found is None or not found.known:
                continue
            known += 1
            # Integers and floats are different, which `==` of Python does not see.
            if json.dumps(found.value, sort_keys=True) != json.dumps(
                answer.get("value"), sort_keys=True
            ):
                wrong.append((target.name, name, found.value, answer))
    return wrong, known
