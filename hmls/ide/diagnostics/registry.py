"""The codes of all diagnostics. Each has a page in docs/diagnostics that a test runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hmls.ide.types import Command, Place, WorkspaceEdit

Severity = Literal["error", "warning", "information", "hint"]


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of problem. The name is stable: users refer to it."""

    name: str
    severity: Severity
    title: str


SYNTAX_ERROR = Code("syntax-error", "error", "The file is not valid Nix")
MISSING_IMPORT = Code("missing-import", "error", "An imported path does not exist")
MISSING_PATH = Code("missing-path", "warning", "A path does not exist")
UNKNOWN_HOST = Code("unknown-host", "warning", "A layer is for a host that no system defines")
MISSING_ENTRY = Code("missing-entry", "warning", "A layer has no default.nix")
NOT_STANDALONE = Code(
    "not-standalone", "warning", "A host layer is deployed with its host, not by home-manager"
)
UNTRACKED = Code("untracked-file", "warning", "git does not track the file, so the flake lacks it")
NO_FLAKE = Code("no-flake", "information", "There is no flake.nix")

CODES = (
    SYNTAX_ERROR, MISSING_IMPORT, MISSING_PATH, UNKNOWN_HOST, MISSING_ENTRY, NOT_STANDALONE,
    UNTRACKED, NO_FLAKE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fix:
    """A quick fix. `is_preferred` marks the one that is most likely meant."""

    title: str
    edit: WorkspaceEdit | None = None
    command: Command | None = None
    is_preferred: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A problem at a range of a file, in bytes."""

    path: str
    start: int
    end: int
    code: Code
    message: str
    related: tuple[tuple[Place, str], ...] = field(default=())
    fixes: tuple[Fix, ...] = field(default=())
    severity: Severity | None = None
    """Where it differs from the code's."""

    @property
    def level(self) -> Severity:
        return self.severity or self.code.severity
