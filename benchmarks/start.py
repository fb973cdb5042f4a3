"""From the start of the process to the answer to `initialize`, against a bare pygls server."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.client import BARE_SERVER, Client, seconds_of
from benchmarks.figure import Figure
from benchmarks.trees import repository

_ROUNDS = 9


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        root = repository(Path(folder), 30)
        bare, ours = [], []
        for _ in range(_ROUNDS):
            # By turns, so that what else the machine does hits both.
            bare.append(_start(root, [sys.executable, "-c", BARE_SERVER]))
            ours.append(_start(root, None))
    note = f"{median(ours) * 1000:.0f} ms against {median(bare) * 1000:.0f} ms"
    return [
        Figure(
            "start to initialize, against bare pygls", median(ours) / median(bare), "×", 1.25, note
        )
    ]


def _start(root: Path, command: list[str] | None) -> float:
    def until_initialized() -> None:
        with Client(command) as client:
            client.initialize(root)

    return seconds_of(until_initialized)[0]
