"""Makes a preview: compares what was built with what runs."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hmls.deploy.closure_diff import diff_command, parse_diff
from hmls.deploy.collisions import predict
from hmls.deploy.deployed import read_deployed
from hmls.deploy.files_diff import FileChange, diff_homes
from hmls.deploy.preview import Document, diff_settings
from hmls.deploy.process import Command, Ended, NotStarted, Stream, run
from hmls.deploy.step import Plan, Preview, resolve_argument
from hmls.deploy.surroundings import Surroundings
from hmls.deploy.target import Target

GENERATION = re.compile(r"/\S+/[0-9a-z]{32}-home-manager-generation")


async def look(
    step: Preview, plan: Plan, results: Mapping[str, str], around: Surroundings
) -> Document:
    """The document of a preview. What cannot be compared is left out, and a note says so."""
    new = os.path.realpath(resolve_argument(step.new, results))
    document = await compare(step.title, step.old, new, plan.target, around)
    options = around.situation.options
    collisions = (
        await asyncio.to_thread(predict, new, step.home, options.backup_extension, around.forced)
        if step.home is not None
        else []
    )
    deployed = read_deployed(around.state_folder, plan.target) if plan.target else None
    return replace(
        document,
        settings=diff_settings(deployed, around.settings),
        collisions=tuple(collisions),
    )


async def compare(
    title: str, old: str | None, new: str, target: Target | None, around: Surroundings
) -> Document:
    """What differs between two store paths, say two generations: packages and files of the home."""
    text, note = await _packages(old, new, around)
    return Document(
        title=title,
        old=old,
        new=new,
        packages=tuple(parse_diff(text)),
        packages_text=text,
        files=tuple(await asyncio.to_thread(_files, old, new, target)),
        notes=(note,) if note else (),
    )


async def _packages(old: str | None, new: str, around: Surroundings) -> tuple[str, str]:
    """What the tool at hand says of the packages, and a note if it could not."""
    if old is None or old == new:
        return "", ""
    lines: list[str] = []

    def keep(stream: Stream, line: str) -> None:
        if stream == "out":
            lines.append(line)

    argv = diff_command(old, new, around.situation.tools)
    ended = await run(Command(argv, around.situation.machine.home, around.environ), keep)
    match ended:
        case Ended(code=0):
            return "\n".join(lines), ""
        case Ended(code=code):
            return "", f"The packages could not be compared: {argv[0]} ended with code {code}."
        case NotStarted(reason=reason):
            return "", f"The packages could not be compared: {reason}"


def _files(old: str | None, new: str, target: Target | None) -> list[FileChange]:
    if target is None or target.kind not in ("host", "darwin"):
        return diff_homes(old, new)
    before = home_of_system(old, target.user) if old is not None else None
    after = home_of_system(new, target.user)
    return diff_homes(before, after) if after is not None else []


def home_of_system(system: str, user: str) -> str | None:
    """The home that a NixOS system activates for a user, read from its service; None if none."""
    unit = Path(system, "etc/systemd/system", f"home-manager-{user}.service")
    try:
        match = GENERATION.search(unit.read_text(errors="replace"))
    except OSError:
        return None
    return match[0] if match else None
