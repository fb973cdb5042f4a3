"""Long lists of completions, from the request until the client has read them, and while typing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from statistics import median, quantiles

from benchmarks.client import Client, seconds_of
from benchmarks.figure import Figure

_HOMELAB = Path(__file__).parent.parent / "examples" / "homelab"
_ROUNDS = 60
_EDITS = 20
_GOAL_MS = 10
_LISTS = {"programs.": "programs", "x = lib.": "functions of lib", "y = builtins.": "builtins"}


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, Client() as client:
        root = Path(folder).resolve() / "homelab"
        shutil.copytree(_HOMELAB, root)
        layer = root / "homes/alice/extra.nix"
        layer.write_text(_text(""), encoding="utf-8")
        client.initialize(root)
        client.open(layer)
        figures = []
        for version, (typed, name) in enumerate(_LISTS.items(), 2):
            client.replace(layer, version, _text(typed))
            count = _ask(client, layer, typed)[1]
            taken = [_ask(client, layer, typed)[0] for _ in range(_ROUNDS)]
            note = f"95 % in {quantiles(taken, n=20)[-1]:.1f} ms"
            title = f"warm list of {count} {name}, read by the client, median"
            figures.append(Figure(title, median(taken), "ms", _GOAL_MS, note))
        typing = []
        for version in range(_EDITS):
            typed = "programs." + "gi"[: version % 3]
            client.replace(layer, 10 + version, _text(typed))
            typing.append(_ask(client, layer, typed)[0])
        title = "the list of programs after each keystroke, median"
        return [*figures, Figure(title, median(typing), "ms")]


def _text(typed: str) -> str:
    return f"{{ pkgs, lib, config, ... }}:\n{{\n  {typed}\n}}\n"


def _ask(client: Client, layer: Path, typed: str) -> tuple[float, int]:
    """Milliseconds, and how many items."""
    seconds, answer = seconds_of(lambda: client.at("completion", layer, 2, 2 + len(typed)))
    return 1e3 * seconds, len(answer["items"]) if answer else 0


if __name__ == "__main__":
    for figure in measure():
        print(f"{figure.name}: {figure.value:.2f} {figure.unit} ({figure.note})")
