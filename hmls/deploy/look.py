"""Makes a preview: compares what was built with what runs."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hmls.deploy.activation import USER_DROP_IN, USER_UNIT, unit_of_home
from hmls.deploy.closure_diff import diff_commands, parse_diff
from hmls.deploy.collisions import Collision, predict
from hmls.deploy.deployed import last_deployed, read_deployed
from hmls.deploy.files_diff import FileChange, diff_homes
from hmls.deploy.here import ask
from hmls.deploy.preview import Document, SettingChange, diff_settings
from hmls.deploy.step import FromStep, Plan, Preview, resolve_argument
from hmls.deploy.surroundings import Surroundings
from hmls.deploy.target import Target

GENERATION = re.compile(r"/\S+/[0-9a-z]{32}-home-manager-generation")
BACKUP = re.compile(r"\bHOME_MANAGER_BACKUP_EXT=[\"']?([^\s\"']+)")
MOVED_ANYHOW = re.compile(r"\bHOME_MANAGER_BACKUP_(?:COMMAND|OVERWRITE)=")
"""Set where the system has a command that moves files aside, or may place backups over others."""
ACTIVATION_ON_MACOS = r"/\S+/[0-9a-z]{{32}}-activation-{}(?=[\s\"'])"


async def look(
    step: Preview, plan: Plan, results: Mapping[str, str], around: Surroundings
) -> Document:
    """The document of a preview. What cannot be compared is left out, and a note says so."""
    new = os.path.realpath(resolve_argument(step.new, results))
    target = plan.target
    old, notes = step.old, []
    if step.unseen and target is not None:
        old = last_deployed(around.state_folder, target)
    document = await compare(step.title, old, new, target, around)
    settings: tuple[SettingChange, ...] = ()
    if target is not None and old is not None and old != new:
        deployed = read_deployed(around.state_folder, target, old)
        # What is gone back to was built from other files than there are now.
        is_built_now = isinstance(step.new, FromStep)
        kept = None if is_built_now else read_deployed(around.state_folder, target, new)
        becomes = around.settings if is_built_now else kept
        settings = diff_settings(deployed, becomes)
        notes = [_unknown_settings(deployed, becomes, is_built_now=is_built_now)]
    collisions = await asyncio.to_thread(_collisions, step, new, target, around)
    found = replace(
        document,
        settings=settings,
        collisions=tuple(collisions),
        notes=(*document.notes, *filter(None, notes)),
        unseen=step.unseen,
    )
    return replace(found, files=()) if old is None and step.unseen else found


def _unknown_settings(
    deployed: Mapping[str, str] | None, becomes: Mapping[str, str] | None, *, is_built_now: bool
) -> str:
    """Why it cannot be said which settings changed; empty if it can."""
    unknown = "Which settings changed is not known:"
    if is_built_now and becomes is None:
        return f"{unknown} those that are saved were not evaluated."
    if deployed is None:
        return f"{unknown} hmls has not deployed what ran before."
    return "" if becomes is not None else f"{unknown} hmls has not deployed that generation."


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
    """What the first tool that can tell says of the packages, and a note if none can."""
    if old is None or old == new:
        return "", ""
    if not os.path.exists(old):
        return "", f"Packages and files could not be compared: {old} is no longer in the store."
    reasons = []
    for argv in diff_commands(old, new, around.situation.tools):
        said = await ask(argv, around.situation.machine.home, around.environ)
        if said.code == 0:
            return said.stdout, ""
        reasons.append(
            said.stderr if said.code is None else f"{argv[0]} ended with code {said.code}."
        )
    return "", f"The packages could not be compared: {' '.join(reasons)}"


def _collisions(
    step: Preview, new: str, target: Target | None, around: Surroundings
) -> list[Collision]:
    """Files in the way of a home, alone or as part of a system with its own backup extension."""
    if step.home is None:
        return []
    if target is None or target.is_home:
        extension = around.situation.options.backup_extension
        return predict(new, step.home, extension, around.forced)
    service = home_of_system(new, target.user)
    if service is None:
        return []
    found = predict(service.generation, step.home, service.backup_extension, around.forced)
    if not service.moves_anyhow:
        return found
    # Home Manager moves files, and never links.
    return [
        each if os.path.islink(each.path) else replace(each, outcome="backed-up") for each in found
    ]


def _files(old: str | None, new: str, target: Target | None) -> list[FileChange]:
    if old is not None and not os.path.exists(old):
        return []
    if target is None or target.is_home:
        return diff_homes(old, new)
    before = home_of_system(old, target.user) if old is not None else None
    after = home_of_system(new, target.user)
    if after is None:
        return []
    return diff_homes(before.generation if before is not None else None, after.generation)


@dataclass(frozen=True, slots=True)
class HomeOfSystem:
    """A home that a system or a device activates: its generation, and what files in the way get."""

    generation: str
    backup_extension: str | None
    moves_anyhow: bool = False


def home_of_system(system: str, user: str) -> HomeOfSystem | None:
    """The home of a user in a system; None if it has none.

    NixOS has a service for it, of the system or of the user's manager, with what to start in a
    package of the user's. nix-darwin has a script that its own `activate` runs. On a device of
    Nix-on-Droid, with its one user, `activate` runs that of the home itself.
    """
    text = _text(os.path.join(system, "etc/systemd/system", unit_of_home(user)))
    started = _text(os.path.join(system, "etc/profiles/per-user", user, USER_DROP_IN))
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


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return None
