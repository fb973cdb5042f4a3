"""What is on this machine to deploy with: which Nix, and which of its companions."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hmls.deploy.error_text import strip_escapes
from hmls.deploy.target import Machine, Refusal

Tool = Literal[
    "nix",
    "git",
    "home-manager",
    "nixos-rebuild",
    "darwin-rebuild",
    "nix-on-droid",
    "nix-env",
    "sudo",
    "dix",
    "nvd",
    "journalctl",
]
TOOLS: tuple[Tool, ...] = (
    "nix",
    "git",
    "home-manager",
    "nixos-rebuild",
    "darwin-rebuild",
    "nix-on-droid",
    "nix-env",
    "sudo",
    "dix",
    "nvd",
    "journalctl",
)

Flavour = Literal["nix", "lix", "determinate"]
FIRST_WITH_FLAKES = (2, 4)
DISABLED = re.compile(r"experimental (?:Nix|Lix) feature")
FEATURE_FLAGS = ("--extra-experimental-features", "nix-command flakes")

Probe = Callable[[Sequence[str]], Awaitable["Answer"]]
"""Runs a command that changes nothing and returns what it said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe said; the code is None when it could not be started."""

    code: int | None
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Nix:
    """The Nix at hand. Lix counts its versions on from Nix 2.18, from 2.90 up."""

    version: tuple[int, int]
    flavour: Flavour
    flakes_enabled: bool
    text: str = ""

    @property
    def feature_flags(self) -> tuple[str, ...]:
        """Flags that make flakes work here; empty where the user's configuration enables them."""
        return () if self.flakes_enabled else FEATURE_FLAGS

    @property
    def prints_out_paths(self) -> bool:
        """Whether `nix build` knows --print-out-paths. 2.8, of Debian bookworm, does not."""
        return self.version >= (2, 9)

    @property
    def updates_single_inputs(self) -> bool:
        """Whether `nix flake update` takes names of inputs. Before 2.19 it took the flake."""
        return self.version >= (2, 19)


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools found, by name → absolute path, and what the Nix among them is.

    `said` is the last line of a `nix` that does not tell its version.
    """

    paths: Mapping[Tool, str]
    nix: Nix | None = None
    said: str = ""

    def has(self, tool: Tool) -> bool:
        """Whether a tool is on the search path."""
        return tool in self.paths


async def find_tools(probe: Probe, environ: Mapping[str, str]) -> Tools:
    """Look along PATH, then ask Nix twice: its version, and whether flakes are enabled.

    Called when the user asks for a deployment, never before: nothing runs until then.
    """
    paths = {tool: path for tool in TOOLS if (path := which(tool, environ.get("PATH", "")))}
    if "nix" not in paths:
        return Tools(paths)
    said = await probe(("nix", "--version"))
    parsed = parse_version(said.stdout)
    if parsed is None:
        last = [line.strip() for line in (said.stderr or said.stdout).splitlines() if line.strip()]
        return Tools(paths, said=strip_escapes(last[-1]) if last else "")
    version, flavour = parsed
    enabled = flavour == "determinate" or await _flakes_enabled(probe)
    return Tools(paths, Nix(version, flavour, enabled, said.stdout.strip()))


async def _flakes_enabled(probe: Probe) -> bool:
    """Asked by a flake command on a path that cannot exist: a disabled feature is said first.

    `builtins ? getFlake`, which Home Manager's own check relies on, is true on Nix 2.34 with
    flakes disabled.
    """
    said = await probe(("nix", "flake", "metadata", "path:/dev/null/no-flake"))
    return DISABLED.search(said.stderr) is None


def parse_version(text: str) -> tuple[tuple[int, int], Flavour] | None:
    """What `nix --version` says → version and flavour; None if it is not Nix that speaks.

    >>> parse_version("nix (Lix, like Nix) 2.91.1")
    ((2, 91), 'lix')
    """
    match = re.search(r"^nix \((?P<who>[^)]*)\) (?P<major>\d+)\.(?P<minor>\d+)", text, re.MULTILINE)
    if match is None:
        return None
    who = match["who"].lower()
    flavour: Flavour = "lix" if "lix" in who else "determinate" if "determinate" in who else "nix"
    return (int(match["major"]), int(match["minor"])), flavour


def search_path(machine: Machine, environ: Mapping[str, str]) -> str:
    """PATH with the places where Nix puts programs appended.

    An editor started from a desktop, and every program on macOS, often lacks them. Relative
    entries are dropped: they would find programs inside the repository.
    """
    own = [entry for entry in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(entry)]
    usual = (
        os.path.join(machine.home, ".nix-profile/bin"),
        os.path.join(machine.state_home, "nix/profile/bin"),
        f"/etc/profiles/per-user/{machine.user}/bin",
        "/run/wrappers/bin",
        "/run/current-system/sw/bin",
        "/nix/var/nix/profiles/default/bin",
    )
    return os.pathsep.join([*own, *(entry for entry in usual if entry not in own)])


def environment(machine: Machine, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment that every process gets.

    USER is the user that the kernel knows: Home Manager's activation compares it with
    home.username, and containers and `sudo` leave it wrong or unset.
    """
    return {
        **environ,
        "PATH": search_path(machine, environ),
        "USER": machine.user,
        "HOME": machine.home,
    }


def which(tool: str, path: str) -> str | None:
    """The absolute path of a program along `path`, whose relative entries do not count."""
    for folder in path.split(os.pathsep):
        candidate = os.path.join(folder, tool)
        if os.path.isabs(folder) and os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    return None


def refuse_without(tools: Tools, *needed: Tool) -> Refusal | None:
    """Why a plan that needs these tools cannot run here, or None."""
    for tool in needed:
        if not tools.has(tool):
            return Refusal("no-tool", ABSENCES[tool])
        if tool == "nix" and (refusal := _refuse_nix(tools)):
            return refusal
    return None


def _refuse_nix(tools: Tools) -> Refusal | None:
    if tools.nix is None:
        what = f": {tools.said}" if tools.said else "."
        return Refusal("no-tool", f"{tools.paths['nix']} does not answer as Nix does{what}")
    if tools.nix.version < FIRST_WITH_FLAKES:
        return Refusal("no-tool", f"{tools.nix.text} knows no flakes; they came with Nix 2.4.")
    return None


ABSENCES: Mapping[Tool, str] = {
    "nix": "There is no `nix` on the PATH, nor where it usually is, so nothing can be built. "
    "Install Nix (https://nixos.org/download). If a terminal has it and this editor has not, start "
    "the editor from there, or name the folder: in VS Code by hmls.server.extraPath.",
    "git": "There is no `git` on the PATH; a flake in a Git repository cannot be read without it.",
    "home-manager": "There is no `home-manager` on the PATH; "
    "`programs.home-manager.enable = true` installs it.",
    "nixos-rebuild": "There is no `nixos-rebuild` on the PATH: this machine is not NixOS, and "
    "systems can only be built here.",
    "darwin-rebuild": "There is no `darwin-rebuild` on the PATH: nix-darwin is not installed here.",
    "nix-on-droid": "There is no `nix-on-droid` on the PATH: this is no device of Nix-on-Droid.",
    "nix-env": "There is no `nix-env` on the PATH, so the profile cannot be set.",
    "sudo": "There is no `sudo` on the PATH, and activating a system needs root.",
    "dix": "There is no `dix` on the PATH.",
    "nvd": "There is no `nvd` on the PATH.",
    "journalctl": "There is no `journalctl` on the PATH, so the journal cannot be read.",
}
