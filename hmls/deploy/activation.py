"""What an activation left: where the profile points, and what a home on NixOS said."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace

from hmls.deploy.log import Log
from hmls.deploy.nix_json import parse_event
from hmls.deploy.outcome import Moved
from hmls.deploy.problem import BackUpFiles, BackUpInSystem, Index, Problem
from hmls.deploy.process import Command, Stream, run
from hmls.deploy.surroundings import Surroundings

IN_A_SYSTEM = (
    "Where the home is part of a system, its home-manager.backupFileExtension has it moved aside."
)
BACKUP_OPTION = ("home-manager", "backupFileExtension")
UNIT = re.compile(r"\bhome-manager(?:-[\w\\.@:-]+)?\.service\b")
USER_UNIT = "home-manager.service"
"""The service of a home under `home-manager.startAsUserService`: its user's manager runs it."""
USER_DROP_IN = f"share/systemd/user/{USER_UNIT}.d/10-user-activation.conf"
"""What it starts, in a package of the user's."""
USERS_ACTIVATION = re.compile(r"user activation for \S+ failed|nixos-activation\.service")
"""What starts that service when a system is activated: all that may be said to have failed."""
SERVICE_FAILED = re.compile(rf"^{re.escape(USER_UNIT)}: Failed with result ")
ESCAPED_IN_UNITS = " !\"#$%&'()*+,;<=>@[\\]^`{|}~-"
JOURNAL_LINES = 200


def profile_target(profile: str | None) -> str | None:
    """The store path that a profile points to; None if there is none."""
    if profile is None or not os.path.lexists(profile):
        return None
    return os.path.realpath(profile)


def profile_number(profile: str | None) -> int | None:
    """The number of a profile's current generation."""
    if profile is None or not os.path.islink(profile):
        return None
    match = re.search(r"-(\d+)-link$", os.readlink(profile))
    return int(match[1]) if match else None


def moved(profile: str | None, before: str | None) -> Moved | None:
    """How the profile was moved since it pointed to `before`; None if it was not."""
    after = profile_target(profile)
    if profile is None or after is None or after == before:
        return None
    return Moved(profile, before, after)


def is_activated(activated: str | None, profile: str) -> bool:
    """Whether what a profile points to (a store path) runs, itself or a specialisation of it.

    `activated` is the link that an activation sets when it is through.
    """
    if activated is None or not os.path.lexists(activated):
        return False
    runs = os.path.realpath(activated)
    folder = os.path.join(profile, "specialisation")
    try:
        names = os.listdir(folder)
    except OSError:
        names = []
    return runs in (profile, *(os.path.realpath(os.path.join(folder, name)) for name in names))


def unit_of_home(user: str) -> str:
    """The service of a user's home on NixOS, escaped as Home Manager's module does it.

    Source: escapeSystemdPath of nixpkgs' nixos/lib/utils.nix.
    """
    name = "".join(f"\\x{ord(c):02x}" if c in ESCAPED_IN_UNITS else c for c in user)
    if name.startswith("."):
        name = f"\\x2e{name[1:]}"
    return f"home-manager-{name.replace('/', '-')}.service"


def failed_units(log: Log) -> list[str]:
    """The services of homes that a switch reports as failed."""
    failed = [line for line in log.text if "failed" in line.lower()]
    units = {unit for line in failed for unit in UNIT.findall(line)}
    if any(USERS_ACTIVATION.search(line) for line in failed):
        units.add(USER_UNIT)
    return sorted(units)


def user_units(system: str | None, user: str) -> list[str]:
    """The service of a user's home that a system leaves to the user's manager, if it does.

    Whether that one fails, a switch does not tell.
    """
    if system is None:
        return []
    drop_in = os.path.join(system, "etc/profiles/per-user", user, USER_DROP_IN)
    return [USER_UNIT] if os.path.exists(drop_in) else []


def has_failed(journal: Log) -> bool:
    """Whether a user's manager says that the service of a home failed."""
    return any(SERVICE_FAILED.match(line) for line in journal.text)


async def read_journal(
    units: Sequence[str], user: str, since_s: float, cwd: str, around: Surroundings
) -> Log:
    """What services of a user's home said since a time.

    nixos-rebuild names the services that failed and nothing else: the reason is in the journal.
    """
    journal = Log()
    if not around.situation.tools.has("journalctl"):
        return journal

    def keep(_stream: Stream, line: str) -> None:
        journal.read(line, parse_event(line))

    for unit in units:
        of_unit: tuple[str, ...] = ("-u", unit)
        if unit == USER_UNIT:
            # What it says itself and what its manager says of it. Of a process that is gone the
            # journal no longer finds out the unit: it has the name that the unit gives itself.
            said_by = (f"_SYSTEMD_USER_UNIT={unit}", f"SYSLOG_IDENTIFIER=hm-activate-{user}")
            of_unit = (said_by[0], "+", said_by[1], "+", f"USER_UNIT={unit}")
        argv = ("journalctl", *of_unit, "-o", "cat", "--no-pager", "-n", str(JOURNAL_LINES))
        await run(Command((*argv, f"--since=@{since_s:.0f}"), cwd, around.environ), keep)
    return journal


def of_system(problem: Problem, index: Index, host: str | None) -> Problem:
    """A problem of a home that is activated by its system: no switch takes a backup extension.

    The system has an option for that, which is to be set where the flake speaks of it.
    """
    if BackUpFiles() not in problem.remedies:
        return problem
    place = index.beside(BACKUP_OPTION, host)
    instead = (BackUpInSystem(place),) if place is not None else ()
    others = tuple(each for each in problem.remedies if each != BackUpFiles())
    message = f"{problem.message}. {IN_A_SYSTEM}"
    return replace(problem, message=message, remedies=(*instead, *others))
