"""The settings that each generation was built from, so that a preview can tell what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from hmls.deploy.target import Target

KEPT_RECORDS = 200


def read_deployed(state_folder: str, target: Target, path: str) -> dict[str, str] | None:
    """The settings of a target in what lies at a store path; None if that was not built by us."""
    try:
        data = json.loads(_file(state_folder, target, path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict):
        return None
    return {str(option): str(value) for option, value in data.items()}


def write_deployed(
    state_folder: str, target: Target, path: str, settings: Mapping[str, str]
) -> None:
    """Remember what was deployed, whole or not at all. OSError when it cannot be written."""
    file = _file(state_folder, target, path)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(settings, sort_keys=True), encoding="utf-8")
    draft.replace(file)
    for old in _newest_first(file.parent)[KEPT_RECORDS:]:
        old.unlink(missing_ok=True)


def write_last(state_folder: str, target: Target, path: str) -> None:
    """Remember what was deployed last, for a machine that cannot be looked at from here."""
    file = _last(state_folder, target)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(path, encoding="utf-8", errors="surrogateescape")


def last_deployed(state_folder: str, target: Target) -> str | None:
    """The store path that was last deployed from here, wherever that was; None if none was."""
    try:
        return _last(state_folder, target).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None


def _newest_first(folder: Path) -> list[Path]:
    made = [(path.stat().st_mtime, path) for path in folder.glob("*.json")]
    return [path for _, path in sorted(made, reverse=True)]


def _file(state_folder: str, target: Target, path: str) -> Path:
    return _named(state_folder, "json", path, target)


def _last(state_folder: str, target: Target) -> Path:
    return _named(state_folder, "last", target.flake_root, target)


def _named(state_folder: str, kind: str, *key: str | Target) -> Path:
    words = [word for part in key for word in ([part] if isinstance(part, str) else _names(part))]
    digest = hashlib.sha256(json.dumps(words).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Path(state_folder, "deployed", f"{digest}.{kind}")


def _names(target: Target) -> list[str]:
    """A system is the same for each of its users."""
    return [*([target.user] if target.is_home else []), *target.output]
