"""The homes that a system or a device activates, read from what was built."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hmls.deploy.activation import USER_DROP_IN, USER_UNIT, unit_of_home

GENERATION = re.compile(r"/\S+/[0-9a-z]{32}-home-manager-generation")
BACKUP = re.compile(r"\bHOME_MANAGER_BACKUP_EXT=[\"']?([^\s\"']+)")
MOVED_ANYHOW = re.compile(r"\bHOME_MANAGER_BACKUP_(?:COMMAND|OVERWRITE)=")
"""Set where the system has a command that moves files aside, or may place backups over others."""
ACTIVATION_ON_MACOS = r"/\S+/[0-9a-z]{{32}}-activation-{}(?=[\s\"'])"
UNIT = re.compile(r"home-manager-(?P<user>.+)\.service")
PACKAGES_OF_USERS = "etc/profiles/per-user"


@dataclass(frozen=True, slots=True)
class HomeOfSystem:
    """A home that a system or a device activates: its generation, and what files in the way get."""

    generation: str
    backup_extension: str | None
    moves_anyhow: bool = False


def homes_of_system(system: str, user: str) -> dict[str, HomeOfSystem]:
    """Every home in a system, by its user; `user` is the one at hand, and that of a device."""
    return {
        name: home
        for name in sorted({user, *_users(system)})
        if (home := home_of_system(system, name)) is not None
    }


def home_of_system(system: str, user: str) -> HomeOfSystem | None:
    """The home of a user in a system; None if it has none.

    NixOS has a service for it, of the system or of the user's manager, with what to start in a
    package of the user's. nix-darwin has a script that its own `activate` runs. On a device of
    Nix-on-Droid, with its one user, `activate` runs that of the home itself.
    """
    text = _text(os.path.join(system, "etc/systemd/system", unit_of_home(user)))
    started = _text(os.path.join(system, PACKAGES_OF_USERS, user, USER_DROP_IN))
    if text is None and started is not None:
        text = started + (_text(os.path.join(system, "etc/systemd/user", USER_UNIT)) or "")
    if text is None:
        activate = _text(os.path.join(system, "activate"))
        script = re.search(ACTIVATION_ON_MACOS.format(re.escape(user)), activate or "")
        is_device = os.path.lexists(os.path.join(system, "nix-on-droid-path"))
        text = _text(script[0]) if script is not None else activate if is_device else None
    generation = GENERATION.search(text) if text is not None else None
    if text is None or generation is None:
        return None
    backup = BACKUP.search(text)
    return HomeOfSystem(
        generation[0],
        backup[1] if backup is not None else None,
        MOVED_ANYHOW.search(text) is not None,
    )


def _users(system: str) -> set[str]:
    """Who may have a home in a system, by the names of services, packages and scripts."""
    units = map(UNIT.fullmatch, _names(os.path.join(system, "etc/systemd/system")))
    found = {_unescaped(match["user"]) for match in units if match is not None}
    found.update(_names(os.path.join(system, PACKAGES_OF_USERS)))
    activate = _text(os.path.join(system, "activate")) or ""
    found.update(re.findall(ACTIVATION_ON_MACOS.format(r"([\w.-]+)"), activate))
    return found


def _unescaped(name: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), name)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return None
