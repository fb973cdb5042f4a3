"""How quick hovers are while Home Manager is read for the first time, and what it takes.

    python -m benchmarks.reading PATH [NIXPKGS]

PATH is a checkout of Home Manager, NIXPKGS one of nixpkgs; they stand where the store would have
them. Hovers are asked for until everything is read.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from benchmarks.client import Client, seconds_of
from hmls.homes.lock import source_store_path

_HOMELAB = Path(__file__).parent.parent / "examples" / "homelab"
_HASHES = {"home-manager": "sha256-" + "A" * 43 + "=", "nixpkgs": "sha256-" + "B" * 43 + "="}
_FROM_TABLE = "which comes with hmls"
_SETTLED_S = 5
_AT_MOST_S = 300


def main() -> None:
    checkouts = dict(zip(_HASHES, map(Path, sys.argv[1:3]), strict=False))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        root = _flake(folder, checkouts)
        for name, checkout in checkouts.items():
            store_path = source_store_path(_HASHES[name])
            assert store_path is not None
            inside = folder / "root" / store_path.lstrip("/")
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.symlink_to(checkout.resolve())
        # Of nixpkgs there are the packages and the options of NixOS.
        files = 1 if len(checkouts) == 1 else 3
        for title in ("read for the first time", "from the cache"):
            _measure(title, root, folder, files)


def _flake(folder: Path, checkouts: dict[str, Path]) -> Path:
    """The example, whose lock names inputs that are in the store."""
    root = folder / "homelab"
    shutil.copytree(_HOMELAB, root)
    lock = json.loads((root / "flake.lock").read_text())
    for node, content in lock["nodes"].items():
        for name in checkouts:
            if node.startswith(name):
                content["locked"]["narHash"] = _HASHES[name]
    (root / "flake.lock").write_text(json.dumps(lock))
    layer = root / "homes/alice/default.nix"
    layer.write_text("{ config, ... }:\n{ programs.git.lfs.enable = true; }\n")
    return root


def _measure(title: str, root: Path, folder: Path, files: int) -> None:
    layer = root / "homes/alice/default.nix"
    with Client() as client:
        client.initialize(root, {"storeRoot": str(folder / "root")})
        client.open(layer)
        started = time.perf_counter()
        first, _ = seconds_of(lambda: client.at("hover", layer, 1, 20))
        hovers: list[float] = []
        while time.perf_counter() - started < _AT_MOST_S:
            seconds, answer = seconds_of(lambda: client.at("hover", layer, 1, 20))
            hovers.append(1e3 * seconds)
            read = len(list((folder / "cache").rglob("*.lines.z"))) == files
            if read and answer and _FROM_TABLE not in answer["contents"]["value"]:
                break
            time.sleep(0.02)  # As one asks who moves a mouse, not as fast as can be.
        passed = time.perf_counter() - started
        high = quantiles(hovers, n=20)[-1] if len(hovers) > 1 else hovers[0]
        print(f"{title}: {passed:.1f} s until it answers, the first hover after {first:.1f} s")
        print(f"  {len(hovers)} hovers: median {median(hovers):.0f} ms, 95 % in {high:.0f} ms")
        if files > 1:
            time.sleep(_SETTLED_S)  # The last of the tables is still on its way to the server.
        print(f"  memory {client.memory_mb():.0f} MB")


if __name__ == "__main__":
    main()
