"""What went wrong, where in the user's own files, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

ProblemKind = Literal[
    "syntax-error",
    "duplicate-attribute",
    "undefined-variable",
    "missing-attribute",
    "missing-argument",
    "unexpected-argument",
    "infinite-recursion",
    "stack-overflow",
    "missing-file",
    "untracked-file",
    "impure-path",
    "missing-output",
    "unknown-option",
    "conflict",
    "option-type",
    "no-value",
    "removed-option",
    "renamed-option",
    "read-only",
    "declared-twice",
    "unsupported-attribute",
    "wrong-class",
    "assertion",
    "unfree",
    "insecure",
    "broken",
    "unsupported-system",
    "hash-mismatch",
    "build-failed",
    "wrong-platform",
    "collision",
    "wrong-user",
    "units-failed",
    "no-space",
    "flakes-disabled",
    "no-daemon",
    "no-git",
    "network",
    "password",
    "dirty",
    "warning",
    "evaluation-error",
    "error",
]
"""`evaluation-error` is Nix's of any other kind; `error` is anything else that went wrong."""

OptionPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a file. Line and column count from 1; the column counts bytes, as Nix does."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class SetPriority:
    """Write `lib.mkForce` or `lib.mkDefault` around one of the definitions."""

    option: OptionPath


@dataclass(frozen=True, slots=True)
class TrackFile:
    """`git add -N` this absolute path."""

    path: str


@dataclass(frozen=True, slots=True)
class AllowPackage:
    """Let nixpkgs have a package: add it to a predicate or list of `nixpkgs.config`."""

    setting: Literal[
        "allowUnfreePredicate", "permittedInsecurePackages", "allowBroken", "allowUnsupportedSystem"
    ]
    package: str


@dataclass(frozen=True, slots=True)
class ReplaceText:
    """Replace a text where the problem lies: a hash by the one got, a name by one that exists."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RenameOption:
    """Move a definition to the option's new name."""

    old: OptionPath
    new: OptionPath


@dataclass(frozen=True, slots=True)
class BackUpFiles:
    """Deploy with a backup extension, so that files in the way are moved aside."""


@dataclass(frozen=True, slots=True)
class BackUpInSystem:
    """Set Home Manager's backup extension in a system, beside the binding at a place."""

    beside: Place


@dataclass(frozen=True, slots=True)
class ForceFile:
    """Set `force = true` on the file with this target, a path relative to the home."""

    target: str


Remedy = (
    SetPriority
    | TrackFile
    | AllowPackage
    | ReplaceText
    | RenameOption
    | BackUpFiles
    | BackUpInSystem
    | ForceFile
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong.

    `message` says it in a sentence or a paragraph, without colours and store paths of the user's
    own files; `details` is all that was said. `place` is None where no file of the user's is to
    blame. `option` is the option concerned, `files` are those that the message names, absolute.
    """

    kind: ProblemKind
    message: str
    place: Place | None = None
    severity: Literal["error", "warning"] = "error"
    option: OptionPath = ()
    files: tuple[str, ...] = ()
    related: tuple[tuple[Place, str], ...] = ()
    remedies: tuple[Remedy, ...] = ()
    details: str = ""


class Index(Protocol):
    """What the caller knows of the user's files. All places are in the working tree."""

    def definitions(self, option: OptionPath, files: Sequence[str], /) -> Sequence[Place]:
        """Where an option is defined in these files; in any file if none is named."""

    def managed_file(self, target: str, /) -> Sequence[Place]:
        """Where the file that is linked to `target`, relative to the home, is defined."""

    def beside(self, option: OptionPath, host: str | None, /) -> Place | None:
        """A binding of a system beside which one of its options may be set."""

    def references(self, path: str, /) -> Sequence[Place]:
        """Path literals that lead to this absolute path, whether it exists or not."""

    def mentions(self, text: str, /) -> Sequence[Place]:
        """Where a name or the content of a string occurs."""


@dataclass(frozen=True, slots=True)
class NoIndex:
    """An index that knows nothing, for callers that have none."""

    def definitions(self, _option: OptionPath, _files: Sequence[str]) -> Sequence[Place]:
        """None."""
        return ()

    def managed_file(self, _target: str) -> Sequence[Place]:
        """None."""
        return ()

    def beside(self, _option: OptionPath, _host: str | None) -> Place | None:
        """None."""
        return None

    def references(self, _path: str) -> Sequence[Place]:
        """None."""
        return ()

    def mentions(self, _text: str) -> Sequence[Place]:
        """None."""
        return ()


def first_error(problems: Iterable[Problem]) -> str:
    """The first line of the first error, of one that has a place if there is any; else nothing."""
    errors = [problem for problem in problems if problem.severity == "error"]
    errors.sort(key=lambda problem: problem.place is None)
    return errors[0].message.partition("\n")[0] if errors else ""
