"""Makes a preview: compares what was built with what runs."""

from __future__ import annotations

import asyncio
import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hmls.deploy.activation import is_activated, profile_target, unit_of_home
from hmls.deploy.closure_diff import diff_commands, parse_diff
from hmls.deploy.collisions import Collision, predict, removed
from hmls.deploy.deployed import last_deployed, read_deployed
from hmls.deploy.files_diff import FileChange, diff_homes, home_files
from hmls.deploy.generations import activated_home, home_profile
from hmls.deploy.here import ask
from hmls.deploy.homes_of_system import HomeOfSystem, homes_of_system
from hmls.deploy.preview import Document, SettingChange, diff_settings
from hmls.deploy.step import FromStep, Plan, Preview, resolve_argument
from hmls.deploy.surroundings import Surroundings
from hmls.deploy.target import Target


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
    if target is not None and target.is_home and step.old is not None:
        notes.append(_half_activated(around))
    collisions = await asyncio.to_thread(_collisions, step, new, target, around)
    gone = await asyncio.to_thread(_removed, step, old, new, target)
    notes += [each.note for each in gone if not each.is_placed]
    found = replace(
        document,
        put_back=tuple(each.place for each in gone if each.is_placed),
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


def _half_activated(around: Surroundings) -> str:
    """What an activation left that was broken off; empty if the last one went to its end."""
    machine = around.situation.machine
    profile, link = profile_target(home_profile(machine)), activated_home(machine)
    if profile is None or not os.path.lexists(link) or is_activated(link, profile):
        return ""
    return (
        f"The last activation did not go to its end: some files of {profile} may be in place, "
        "and are not compared here."
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
    """Files in the way of a home, or of the homes in a system, as far as they can be looked at."""
    if step.home is None:
        return []
    if target is None or target.is_home:
        extension = around.situation.options.backup_extension
        return predict(new, step.home, extension, around.forced)
    found = []
    for user, home in homes_of_system(new, target.user).items():
        folder = step.home if user == target.user else _home_folder(user)
        if folder is not None:
            found += _in_the_way_of(home, folder, around)
    return found


@dataclass(frozen=True, slots=True)
class _Removed:
    """A file of a home that runs, as `~/.bashrc`, that is gone, and is in what would run.

    NixOS starts the service of a home where that changes; elsewhere a home is always activated.
    """

    place: str
    is_placed: bool = True
    note: str = ""


def _removed(step: Preview, old: str | None, new: str, target: Target | None) -> list[_Removed]:
    """Files of homes that were removed since they were activated, as far as can be looked."""
    if step.home is None or old is None:
        return []
    if target is None or target.is_home:
        return [_Removed(f"~/{each}") for each in _gone(old, new, step.home)]
    found = []
    before = homes_of_system(old, target.user)
    for user, home in homes_of_system(new, target.user).items():
        folder = step.home if user == target.user else _home_folder(user)
        if folder is None or user not in before:
            continue
        unit = unit_of_home(user)
        is_kept = home == before[user] and os.path.exists(f"{new}/etc/systemd/system/{unit}")
        owner = "" if user == target.user else user
        for each in _gone(before[user].generation, home.generation, folder):
            place = os.path.join(f"~{owner}", each)
            note = (
                f"{place} is missing. As the home does not change, a switch does not put it back; "
                f"`sudo systemctl restart {unit}` does."
            )
            found.append(_Removed(place, not is_kept, note))
    return found


def _gone(old: str, new: str, folder: str) -> list[str]:
    running = home_files(old)
    return [each for each in removed(new, folder) if each in running]


def _in_the_way_of(home: HomeOfSystem, folder: str, around: Surroundings) -> list[Collision]:
    found = predict(home.generation, folder, home.backup_extension, around.forced)
    if not home.moves_anyhow:
        return found
    # Home Manager moves files, and never links.
    return [
        each if os.path.islink(each.path) else replace(each, outcome="backed-up") for each in found
    ]


def _home_folder(user: str) -> str | None:
    """The home of another user, if it may be looked into."""
    try:
        folder = pwd.getpwnam(user).pw_dir
    except KeyError:
        return None
    return folder if os.access(folder, os.R_OK | os.X_OK) else None


def _files(old: str | None, new: str, target: Target | None) -> list[FileChange]:
    """The files that differ: of a home, or of each of the homes in a system."""
    if old is not None and not os.path.exists(old):
        return []
    if target is None or target.is_home:
        return diff_homes(old, new)
    before = homes_of_system(old, target.user) if old is not None else {}
    after = homes_of_system(new, target.user)
    found = []
    # The user at hand comes first. A home that is in the system no more loses none of its files.
    for user in sorted(after, key=lambda user: (user != target.user, user)):
        earlier = before[user].generation if user in before else None
        changes = diff_homes(earlier, after[user].generation)
        found += [replace(each, owner="" if user == target.user else user) for each in changes]
    return found
