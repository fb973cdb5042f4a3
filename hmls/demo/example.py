"""Where the example lies: beside the package in a clone, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def example_folder() -> str:
    installed = _PACKAGE / "homelab"
    return str(installed if installed.is_dir() else _PACKAGE.parents[1] / "examples" / "homelab")
