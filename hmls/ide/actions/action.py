"""What a code action is, before LSP knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hmls.ide.types import Command, WorkspaceEdit

ActionKind = Literal["quickfix", "refactor", "refactor.move", "source", "deploy"]
"""`deploy` is `source.deploy` for the editor."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something offered at a place: an edit, or a command, or why neither is possible."""

    title: str
    kind: ActionKind
    edit: WorkspaceEdit | None = None
    command: Command | None = None
    is_preferred: bool = False
    disabled: str | None = None
    """Why it cannot be done here; shown by editors in its place."""
