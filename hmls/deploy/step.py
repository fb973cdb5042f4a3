"""A plan is a list of steps, and a step is a list of arguments: data, shown before it is run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from hmls.deploy.target import Target

Changes = Literal["nothing", "index", "lock", "store", "profile", "home", "system"]
"""What a step changes at most: Git's index, flake.lock, the store, a profile, $HOME, the OS."""


@dataclass(frozen=True, slots=True)
class FromStep:
    """An argument that an earlier step prints: its store path, with `suffix` behind it."""

    step: str
    suffix: str = ""


Argument = str | FromStep


@dataclass(frozen=True, slots=True)
class Step:
    """One process.

    `name` is unique in its plan. `argv` reaches the process as it is, never through a shell. `env`
    is added to the environment. `needs_terminal` says that the process may ask for a password.
    """

    name: str
    title: str
    argv: tuple[Argument, ...]
    cwd: str
    changes: Changes
    env: tuple[tuple[str, str], ...] = ()
    needs_confirmation: bool = False
    needs_terminal: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """Compare what runs now with what a step built, and show the document. Changes nothing.

    `old` is None where nothing runs yet, or what runs is `unseen`. `home` is the home directory
    whose unmanaged files the new generation could collide with; None for a system.
    """

    name: str
    title: str
    old: str | None
    new: Argument
    home: str | None = None
    unseen: str = ""
    """Why what runs now cannot be seen from here; empty where it can."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in order. With `keep_going` a failed step does not end the plan.

    `notes` are sentences to show with the question whether to do it.
    """

    title: str
    flake_root: str
    target: Target | None
    steps: tuple[Step | Preview, ...]
    keep_going: bool = False
    profile: str | None = None
    """The profile link that activation moves, to tell afterwards whether it did."""
    activated: str | None = None
    """The link that activation sets when it is through; it then points where the profile does."""
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> Changes:
        """The most that any step changes."""
        order: tuple[Changes, ...] = Changes.__args__  # type: ignore[attr-defined]
        return max(
            (step.changes for step in self.steps if isinstance(step, Step)),
            key=order.index,
            default="nothing",
        )


def display(step: Step) -> str:
    """The exact command, quoted for a POSIX shell, with the environment that it adds in front.

    An argument that is not known yet is shown as ‹result of “Build alice”›/activate.
    """
    words = [f"{name}={_quoted(value)}" for name, value in step.env]
    words += [_quoted(word) if isinstance(word, str) else _promised(word) for word in step.argv]
    return " ".join(words)


def specialised(name: str | None) -> str:
    """Where a specialisation lies in what was built, as a suffix; empty for none."""
    return f"/specialisation/{name}" if name is not None else ""


def resolve(step: Step, results: Mapping[str, str]) -> Step:
    """The step with what earlier steps printed (step name → store path) put in its place."""
    return replace(step, argv=tuple(resolve_argument(word, results) for word in step.argv))


def resolve_argument(word: Argument, results: Mapping[str, str]) -> str:
    """One argument as the process gets it."""
    return word if isinstance(word, str) else results[word.step] + word.suffix


def arguments(step: Step) -> tuple[str, ...]:
    """The arguments of a resolved step."""
    return tuple(resolve_argument(word, {}) for word in step.argv)


def _promised(word: FromStep) -> str:
    return f"‹result of {word.step}›{word.suffix}"


def _quoted(word: str) -> str:
    """A shell word. Control characters are written as escapes, so that none reaches a terminal.

    So are quotes and backslashes beside them: a shell that does not know `$'…'`, as dash, reads
    another name, and nothing that it would run.
    """
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", word) is None:
        return shlex.quote(word)
    escaped = "".join(_ansi_c(character) for character in word)
    return f"$'{escaped}'"


def _ansi_c(character: str) -> str:
    if character.isprintable() and character not in "\\'":
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))
