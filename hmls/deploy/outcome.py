"""How a deployment ended."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from hmls.deploy.preview import Document
from hmls.deploy.problem import Problem

SWITCH = "bin/switch-to-configuration"


@dataclass(frozen=True, slots=True)
class Moved:
    """A profile that was moved, by store path. `before` is None before the first generation."""

    profile: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Done:
    """All of it went well. `generation` is the profile's number now, `result` what was built."""

    title: str
    seconds: float
    result: str | None = None
    generation: int | None = None
    moved: Moved | None = None
    preview: Document | None = None
    warnings: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """As `Switch alice: generation 12 in 41 s; 3 packages, 1 file, 2 settings changed.`"""
        parts = []
        if self.generation is not None:
            parts.append(f"generation {self.generation}")
        elif self.result is not None:
            parts.append(self.result)
        else:
            parts.append("done")
        seconds = f"{self.seconds:.0f}" if self.seconds >= 10 else f"{self.seconds:.1f}"
        said = f"{self.title}: {' '.join([*parts, f'in {seconds} s'])}"
        return f"{said}." if self.preview is None else f"{said}; {self.preview.summary}."


@dataclass(frozen=True, slots=True)
class Failed:
    """A step failed. `moved` is set if the profile was moved before that: the way back is known.

    `activated` says that what it points to runs by now, `unmoved` what runs if it was not moved,
    and the way back if that is something new.
    """

    title: str
    step: str
    seconds: float
    code: int | None
    reason: str
    problems: tuple[Problem, ...] = ()
    moved: Moved | None = None
    activated: bool = False
    unmoved: str = ""

    @property
    def text(self) -> str:
        """What failed, what state it left, and the way back."""
        what = f"{self.title}: “{self.step}”" if self.step != self.title else self.title
        said = f"{what} failed. {self.reason}"
        if self.moved is None and not self.unmoved:
            return said
        said = sentence(said)
        if self.moved is None:
            return f"{said} {self.unmoved}"
        if self.activated:
            said += " The new generation was activated before that and runs."
        else:
            said += " The profile was moved before that and points to the new generation."
        if self.moved.before is not None:
            said += f" The way back: {way_back(self.moved.profile, self.moved.before)}"
        return said


def way_back(profile: str, before: str) -> str:
    """The command line that activates what a profile pointed to before.

    A home's own script sets its profile; a system's does not, and needs root.
    """
    if os.path.basename(profile) != "system":
        return f"{before}/activate"
    switch = os.path.join(before, SWITCH)
    activate = f"{switch} switch" if os.path.exists(switch) else f"{before}/activate"
    return f"sudo nix-env --profile {profile} --set {before} && sudo {activate}"


def state_of_system(runs: str | None, before: str | None, profile: str | None) -> str:
    """What a failure left of a system whose profile it did not move; None: that is not known.

    `runs` is the store path of what runs, `before` of what ran, `profile` what the profile is. An
    activation goes through, and is a failure all the same, if a service fails to start.
    """
    if runs is None:
        return ""
    if runs == before:
        return f"The running system is still {before}."
    said = "The new configuration was activated before that and runs."
    if before is None:
        return said
    if profile is not None and os.path.realpath(profile) == runs:
        return f"{said} The way back: {way_back(profile, before)}"
    return f"{said} The way back: sudo {os.path.join(before, SWITCH)} test"


def sentence(text: str) -> str:
    """Text that ends as a sentence does, so that another may follow."""
    return text if text.endswith((".", "!", "?", ":", ";")) else f"{text}."


@dataclass(frozen=True, slots=True)
class NotRun:
    """Nothing was activated: the user said no, or it was refused."""

    why: Literal["declined", "busy", "interrupted", "not-writable"]
    text: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The rest runs in a terminal of the user's, who sees how it ends."""

    command: str

    @property
    def text(self) -> str:
        """What to do now."""
        return f"Go on in the terminal: {self.command}"


Outcome = Done | Failed | NotRun | HandedOver
