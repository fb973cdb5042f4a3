"""The example repository against what real Nix says of it (see tests/standins)."""

from __future__ import annotations

import json
from pathlib import Path

from hmls.homes.settings import setting
from hmls.homes.workspace import Views, Workspace
from tests.standins.homelab import EXPECTED, HOMELAB, segments
from tests.support import on_evaluation_thread


@on_evaluation_thread
def test_no_value_is_wrong() -> None:
    expected = json.loads(Path(EXPECTED).read_text())
    workspace = Workspace()
    workspace.set_folders([str(HOMELAB)])
    repository = next(iter(Views(workspace).newest().repositories.values()))
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
    assert not wrong
    assert known > 300
