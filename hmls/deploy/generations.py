"""Generations: the numbered links beside a profile."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hmls.deploy.target import Machine

SYSTEM_PROFILE = "profiles/system"
NONE_TO_EXPIRE = "There is no such generation to expire; the current one always stays."


@dataclass(frozen=True, slots=True)
class Generation:
    """One state that can be gone back to. `path` is its store path, `created` local time."""

    number: int
    path: str
    created: datetime
    current: bool

    @property
    def text(self) -> str:
        """As `generation 12 of 2026-08-01 09:30 (current)`."""
        current = " (current)" if self.current else ""
        return f"generation {self.number} of {self.created:%Y-%m-%d %H:%M}{current}"

    @property
    def profile_is_set_by_caller(self) -> bool:
        """Whether whoever activates it sets the profile: so since Home Manager has gen-version."""
        return os.path.exists(os.path.join(self.path, "gen-version"))


def expiring(numbers: Sequence[str], name: str) -> str:
    """The title of a plan that forgets some: `Expire generations 1, 2 of alice`."""
    noun = "generation" if len(numbers) == 1 else "generations"
    return f"Expire {noun} {', '.join(numbers)} of {name}"


def read_profile(profile: str) -> list[Generation]:
    """The generations of a profile link, newest first; none if there is no such profile.

    `profile` is the link itself; its generations are the links `<profile>-<number>-link` beside it.
    """
    folder, name = os.path.split(profile)
    pattern = re.compile(rf"{re.escape(name)}-(\d+)-link")
    try:
        entries = os.listdir(folder)
    except OSError:
        return []
    current = _link_name(profile)
    found = [
        generation
        for entry in entries
        if (match := pattern.fullmatch(entry))
        and (generation := _read_link(folder, entry, int(match[1]), current))
    ]
    return sorted(found, key=lambda each: each.number, reverse=True)


def home_profile(machine: Machine) -> str:
    """The profile link of a standalone home, where Home Manager's activation puts it.

    Mirrors setupVars of modules/lib-bash/activation-init.sh: the user's own folder if it exists,
    else the machine-wide one if that does.
    """
    own = os.path.join(machine.state_home, "nix/profiles")
    shared = os.path.join(machine.nix_state, "profiles/per-user", machine.user)
    folder = shared if not os.path.isdir(own) and os.path.isdir(shared) else own
    return os.path.join(folder, "home-manager")


def activated_home(machine: Machine) -> str:
    """The link to the home that was activated last; a failed activation does not move it."""
    return os.path.join(machine.state_home, "home-manager/gcroots/current-home")


def running_home(machine: Machine) -> str | None:
    """The store path of the home that runs; None before the first activation.

    That is the one activated last, or where Home Manager keeps no such link, that of the profile.
    """
    for link in (activated_home(machine), home_profile(machine)):
        if os.path.islink(link) and os.path.exists(link):
            return os.path.realpath(link)
    return None


def system_profile(machine: Machine) -> str:
    """The profile link of a NixOS or nix-darwin system."""
    return os.path.join(machine.nix_state, SYSTEM_PROFILE)


def device_profile(machine: Machine) -> str:
    """The profile link of a device of Nix-on-Droid."""
    return os.path.join(machine.nix_state, "profiles/nix-on-droid")


def running_device(machine: Machine) -> str | None:
    """The store path that a device of Nix-on-Droid runs; None before the first activation."""
    profile = device_profile(machine)
    return os.path.realpath(profile) if os.path.exists(profile) else None


def older_than(
    generations: Sequence[Generation], age: timedelta, now: datetime
) -> list[Generation]:
    """Those that may be expired: made before `now - age`, and not the current one."""
    return [each for each in generations if not each.current and each.created < now - age]


def numbered(generations: Sequence[Generation], numbers: Sequence[int]) -> list[Generation] | int:
    """Those of some numbers, or the first number that none has."""
    by_number = {each.number: each for each in generations}
    missing = [number for number in numbers if number not in by_number]
    return missing[0] if missing else [by_number[number] for number in numbers]


def previous(generations: Sequence[Generation]) -> Generation | None:
    """The generation before the current one, where `--rollback` goes; None if there is none."""
    current = next((each.number for each in generations if each.current), None)
    if current is None:
        return None
    earlier = [each for each in generations if each.number < current]
    return max(earlier, key=lambda each: each.number, default=None)


def _read_link(folder: str, entry: str, number: int, current: str | None) -> Generation | None:
    link = os.path.join(folder, entry)
    try:
        path, made = os.readlink(link), os.lstat(link).st_mtime
    except OSError:
        return None
    path = os.path.normpath(os.path.join(folder, path))
    return Generation(number, path, datetime.fromtimestamp(made), entry == current)


def _link_name(profile: str) -> str | None:
    try:
        return os.path.basename(os.readlink(profile))
    except OSError:
        return None
