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
LARGE_FILE = Code("large-file", "information", "The file is too large to be read here")
UNREADABLE = Code("unreadable-file", "error", "A file that the flake needs cannot be read")
UNDEFINED_VARIABLE = Code("undefined-variable", "error", "A variable is not defined")
MISSING_IMPORT = Code("missing-import", "error", "An imported path does not exist")
MISSING_PATH = Code("missing-path", "warning", "A path does not exist")
IMPORT_CYCLE = Code("import-cycle", "error", "A module imports itself")
UNKNOWN_HOST = Code("unknown-host", "warning", "A layer is for a host that no system defines")
MISSING_ENTRY = Code("missing-entry", "warning", "A layer has no default.nix")
UNUSED_LAYER = Code("unused-layer", "warning", "No target is made of a layer")
NOT_EXPOSED = Code("not-exposed", "warning", "The flake does not expose a system")
NOT_STANDALONE = Code(
    "not-standalone", "warning", "A host layer is deployed with its host, not by home-manager"
)
SUDO_HOME_MANAGER = Code("sudo-home-manager", "warning", "home-manager is run by sudo")
UNTRACKED = Code("untracked-file", "warning", "git does not track the file, so the flake lacks it")
NO_FLAKE = Code("no-flake", "information", "There is no flake.nix")
CONFLICT = Code("conflict", "error", "Definitions of an option contradict each other")
TYPE_MISMATCH = Code("type-mismatch", "error", "A definition is not of its option's type")
MISSING_VALUE = Code("missing-value", "error", "An option that is read has no value")
UNDECLARED_OPTION = Code("undeclared-option", "error", "There is no such option")
RENAMED_OPTION = Code("renamed-option", "warning", "An option has another name now")
UNKNOWN_PACKAGE = Code("unknown-package", "warning", "nixpkgs has no package of that name")
UNFREE_PACKAGE = Code("unfree-package", "warning", "A package is unfree, and nothing allows it")
NIXOS_OPTION = Code("nixos-option", "error", "An option of NixOS is set in a home")
FAILED_ASSERTION = Code("failed-assertion", "error", "An assertion is false")
OS_CONFIG = Code("os-config", "error", "osConfig is read where there is no host")
INFINITE_RECURSION = Code("infinite-recursion", "error", "A value needs itself")
EVALUATION_ERROR = Code("evaluation-error", "error", "A value cannot be evaluated")
OTHER_USERNAME = Code("other-username", "warning", "home.username is unlike the folder's name")
HOME_ON_DARWIN = Code("home-on-darwin", "warning", "A home on macOS lies in /home")

CODES = (
    SYNTAX_ERROR, LARGE_FILE, UNREADABLE, UNDEFINED_VARIABLE, MISSING_IMPORT, MISSING_PATH,
    IMPORT_CYCLE,
    UNKNOWN_HOST, MISSING_ENTRY, UNUSED_LAYER, NOT_EXPOSED, NOT_STANDALONE, SUDO_HOME_MANAGER,
    UNTRACKED, NO_FLAKE, CONFLICT, TYPE_MISMATCH, MISSING_VALUE, UNDECLARED_OPTION, NIXOS_OPTION,
    FAILED_ASSERTION, OS_CONFIG, INFINITE_RECURSION, EVALUATION_ERROR, OTHER_USERNAME,
    HOME_ON_DARWIN, RENAMED_OPTION, UNKNOWN_PACKAGE, UNFREE_PACKAGE,
)  # fmt: skip

LANGUAGE_CODES = (SYNTAX_ERROR, UNDEFINED_VARIABLE)
"""What any server for Nix reports."""


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
    targets: tuple[str, ...] = field(default=())
    """Names of those it was found on; none where it is so on every target that reads the file."""

    @property
    def level(self) -> Severity:
        return self.severity or self.code.severity
