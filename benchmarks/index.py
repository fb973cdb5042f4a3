"""The index of a large tree, cold, against tree-sitter alone; the memory of the server there."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.client import Client
from benchmarks.figure import Figure
from benchmarks.trees import repository

_FILES = 2_000
_PARSE = """
import sys, time, tree_sitter_nix
from pathlib import Path
from tree_sitter import Language, Parser
paths = sorted(Path(sys.argv[1]).rglob("*.nix"))
texts = [path.read_bytes() for path in paths]
parser = Parser(Language(tree_sitter_nix.language()))
start = time.process_time()
for text in texts:
    parser.parse(text)
print(time.process_time() - start)
"""
_INDEX = """
import sys, time
from hmls.homes.workspace import Views, Workspace
from hmls.lang.thread import run
workspace = Workspace()
workspace.set_folders([sys.argv[1]])
def work():
    view = Views(workspace).newest()
    repository = next(iter(view.repositories.values()))
    start = time.process_time()
    count = sum(1 for _ in repository.index.items())
    return time.process_time() - start
print(run(work))
"""


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        root = repository(Path(folder).resolve(), _FILES)
        parse = min(_run(_PARSE, root) for _ in range(3))
        index = min(_run(_INDEX, root) for _ in range(3))
        with Client() as client:
            client.initialize(root)
            client.request("workspace/symbol", {"query": "m12"})
            memory = client.memory_mb()
            layer = root / "homes/alice@desk/default.nix"
            client.open(layer)
            client.at("hover", layer, 2, 8)
            later = client.memory_mb()
    note = f"{index:.2f} s against {parse:.2f} s"
    return [
        Figure(
            f"cold index of {_FILES} files, against tree-sitter alone",
            index / parse,
            "×",
            2.5,
            note,
        ),
        Figure(f"memory of the server there, {_FILES} files", memory, "MB", 150),
        Figure(
            "memory after a hover there",
            later,
            "MB",
            None,
            "with the five homes of one user evaluated, each of 2,000 modules",
        ),
    ]


def _run(code: str, root: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", code, str(root)], capture_output=True, check=True, text=True
    )
    return float(done.stdout)
