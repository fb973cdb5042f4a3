"""What a running deployment knows of the world around it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hmls.deploy.lock import lock_path
from hmls.deploy.problem import Index, NoIndex
from hmls.deploy.situation import Situation


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Given by the caller. `environ` is that of every process: see `tools.environment`.

    `settings` are those of the target as the caller resolves them now, option path → Nix text; they
    are kept after a deployment, so that the next preview can tell what changed. `untracked` names
    files that Git does not track, `forced` targets with `force = true`.
    """

    situation: Situation
    environ: Mapping[str, str]
    index: Index = field(default_factory=NoIndex)
    settings: Mapping[str, str] | None = None
    untracked: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()
    wants_end: Callable[[], bool] = lambda: True
    """Asked when an activation is cancelled: whether the user said so, or only our end is near."""

    @property
    def state_folder(self) -> str:
        """Where locks and records lie."""
        return self.situation.machine.state_folder

    def output_folder(self, flake_root: str) -> str:
        """Where what an activation prints is written: to memory if there is such a place.

        So a full disk does not end an activation by its own words.
        """
        name = lock_path(self.state_folder, flake_root).stem
        runtime = self.environ.get("XDG_RUNTIME_DIR", "")
        if os.path.isdir(runtime) and os.access(runtime, os.W_OK):
            return os.path.join(runtime, "hmls", name)
        return os.path.join(self.state_folder, "deploy", f"{name}.output")
