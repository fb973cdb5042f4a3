"""What an activation left: where the profile points, and what a home on NixOS said."""

from __future__ import annotations

import os
import re

from hmls.deploy.log import Log
from hmls.deploy.nix_json import parse_event
from hmls.deploy.outcome import Moved
from hmls.deploy.process import Command, Stream, run
from hmls.deploy.surroundings import Surroundings

UNIT = re.compile(r"\bhome-manager-[\w\\.@:-]+\.service\b")
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


async def read_journal(log: Log, since_s: float, cwd: str, around: Surroundings) -> Log:
    """What the services of homes said since a time, when a switch reports them as failed.

    nixos-rebuild names the services that failed and nothing else: the reason is in the journal.
    """
    journal = Log()
    units = sorted({unit for line in log.text if "failed" in line for unit in UNIT.findall(line)})
    if not units or not around.situation.tools.has("journalctl"):
        return journal

    def keep(_stream: Stream, line: str) -> None:
        journal.read(line, parse_event(line))

    for unit in units:
        argv = ("journalctl", "-u", unit, "-o", "cat", "--no-pager", "-n", str(JOURNAL_LINES))
        await run(Command((*argv, f"--since=@{since_s:.0f}"), cwd, around.environ), keep)
    return journal
