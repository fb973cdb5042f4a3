"""What a setting is on one target: its value, who defines it, and who lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LayerKind = Literal[
    "base", "global", "host", "droid", "module", "flake", "builder", "default", "input"
]
"""Where a definition stands. `module` is a file that is imported, `flake` one that builds homes."""
ContributionStatus = Literal["wins", "loses", "false", "unknown"]
_FOREIGN = ("input", "builder")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One definition of a setting, whether it wins or not.

    `start` to `end` are the bytes of the attribute path at the binding, both 0 if there is none.
    """

    file: str | None
    """Absolute, on disk; None for what the builder defines."""
    start: int
    end: int
    layer: LayerKind
    status: ContributionStatus
    priority: int | None
    why: str
    """For those that do not win: `priority 1000 loses to 100`, `mkIf false`…"""
    value: str
    """Its own value as Nix text."""


@dataclass(frozen=True, slots=True)
class Declared:
    """Where an option is declared: bytes of a file."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Setting:
    """A leaf of a target's configuration."""

    path: tuple[str, ...]
    known: bool
    """Whether the whole value is known; else `reason` or `error` says why not."""
    defined: bool
    """False if nothing is left that defines it."""
    value: object
    """As `nix eval --json` prints it, where it is known."""
    text: str
    """Nix text, with what is unknown as written."""
    reason: str = ""
    kind: str = ""
    """The kind of the reason, as `lang.values.Cause` has it; `unread` where a module that was
    not read may add to the value, empty where it is nothing that JSON holds."""
    error: str | None = None
    """Nix's message, where evaluating it fails."""
    priority: int | None = None
    type: str | None = None
    description: str | None = None
    declared: Declared | None = None
    assumes: tuple[str, ...] = ()
    """Inputs that were not read, and are taken not to force another value."""
    contributions: tuple[Contribution, ...] = ()
    """Winners first."""

    @property
    def winners(self) -> tuple[Contribution, ...]:
        return tuple(c for c in self.contributions if c.status == "wins")

    @property
    def losers(self) -> tuple[Contribution, ...]:
        return tuple(c for c in self.contributions if c.status != "wins")

    @property
    def rivals(self) -> tuple[Contribution, ...]:
        """The losers that a person can do something about.

        A default always loses to who sets an option, and what an input's module may add is said
        by the reason.
        """
        return tuple(
            c
            for c in self.losers
            if c.layer != "default" and (c.status != "unknown" or c.layer not in _FOREIGN)
        )
