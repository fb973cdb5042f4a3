"""The settings of each target as last deployed, so that a preview can tell what changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from hmls.deploy.target import Target


def read_deployed(state_folder: str, target: Target) -> dict[str, str] | None:
    """The settings of the last deployment from here; None if there was none."""
    try:
        data = json.loads(_path(state_folder, target).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict):
        return None
    return {str(option): str(value) for option, value in data.items()}


def write_deployed(state_folder: str, target: Target, settings: Mapping[str, str]) -> None:
    """Remember what was deployed, whole or not at all. OSError when it cannot be written."""
    path = _path(state_folder, target)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(settings, sort_keys=True), encoding="utf-8")
    draft.replace(path)


def _path(state_folder: str, target: Target) -> Path:
    name = json.dumps([os.path.realpath(target.flake_root), *target.output])
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return Path(state_folder, "deployed", f"{digest}.json")
