"""What an update of flake.lock moved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class InputChange:
    """An input of the flake, and what it is pinned to before and after; empty where there is none.

    As `2026-08-01 4f0c1d2e9a7b`: the day of the commit, and the beginning of its hash.
    """

    name: str
    before: str
    after: str


def read_lock(root: str) -> dict[str, str]:
    """What each node of flake.lock is pinned to, by its name; nothing if there is no lock file."""
    try:
        data = json.loads(Path(root, "flake.lock").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    nodes = data.get("nodes") if isinstance(data, dict) else None
    if not isinstance(nodes, dict):
        return {}
    return {
        str(name): _pin(node["locked"])
        for name, node in nodes.items()
        if isinstance(node, dict) and isinstance(node.get("locked"), dict)
    }


def lock_changes(before: dict[str, str], after: dict[str, str]) -> tuple[InputChange, ...]:
    """The inputs whose pins differ, by name."""
    return tuple(
        InputChange(name, before.get(name, ""), after.get(name, ""))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def _pin(locked: dict[str, Any]) -> str:
    day, hash_ = locked.get("lastModified"), locked.get("rev") or locked.get("narHash") or ""
    shown = datetime.fromtimestamp(day, UTC).strftime("%Y-%m-%d ") if isinstance(day, int) else ""
    return f"{shown}{str(hash_)[:12]}"
