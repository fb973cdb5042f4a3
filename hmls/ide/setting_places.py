"""All places that define or declare a setting, over every layer and module that counts."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hmls.homes.membership import Space, home_files, space_of, system_files, targets_of
from hmls.homes.repository import Repository
from hmls.homes.settings import setting as read_setting
from hmls.homes.targets import Target
from hmls.ide.types import Place
from hmls.syntax.outline import Defined

_MOST = 300
_MOST_TARGETS = 8
"""More targets than that are not evaluated for one question."""
_RANKS = {"host": 0, "droid": 0, "global": 1, "base": 2}


def definitions_of(
    repository: Repository, path: str, setting: tuple[str, ...], space: Space | None
) -> list[Place]:
    """The definitions of a setting, or of those in a set, for the targets of a file.

    Without a space those in the files that are part of nothing, by the text alone.

    What evaluation finds comes first: the winners of the file's own target, then those that
    lose there, then those of its other targets. What only the text shows follows by layer,
    for a set its own bindings before those inside it.
    """
    evaluated = list(_evaluated(repository, path, setting)) if space == "home" else []
    written = _written(repository, path, setting, space)
    seen = {(place.path, place.start) for place in evaluated}
    return evaluated + [place for place in written if (place.path, place.start) not in seen]


def _evaluated(repository: Repository, path: str, setting: tuple[str, ...]) -> Iterator[Place]:
    for target in _targets(repository, path)[:_MOST_TARGETS]:
        found = read_setting(repository, target, setting)
        for given in () if found is None else found.contributions:
            if given.file is None or given.layer == "default" or given.end == 0:
                continue
            if os.path.isfile(given.file):
                yield Place(given.file, given.start, given.end)


def _targets(repository: Repository, path: str) -> list[Target]:
    """The targets of a file, and then the others of the same users."""
    own = targets_of(repository, path)
    users = {target.user for target in own}
    others = [t for t in repository.recent_targets.items if t.user in users and t not in own]
    return own + others


def _written(
    repository: Repository, path: str, setting: tuple[str, ...], space: Space | None
) -> list[Place]:
    files = _files(repository, path, space)
    exact: list[Place] = []
    inside: list[Place] = []
    around: list[Place] = []
    for file, defined in _defined(repository, files, space):
        place = Place(file, defined.start, defined.end, (defined.start, defined.value_end))
        if defined.path == setting:
            exact.append(place)
        elif defined.path[: len(setting)] == setting:
            if defined.is_leaf:
                inside.append(place)
        elif defined.is_leaf and defined.path == setting[: len(defined.path)]:
            around.append(place)
    return (exact + inside or around)[:_MOST]


def declarations_of(
    repository: Repository, path: str, setting: tuple[str, ...], space: Space | None
) -> list[Place]:
    """The `mkOption`s of a setting; for a set the options in it, for a part the whole.

    Options of submodules, and of modules in the store, are those that evaluation finds.
    """
    exact: list[Place] = []
    inside: list[Place] = []
    around: list[Place] = []
    for file in repository.index.paths:
        facts = repository.index[file]
        if not any(defined.declares for defined in facts.defined):
            continue
        if space_of(repository, file) not in (space, None):
            continue
        for defined in facts.defined:
            if not defined.declares or not defined.is_leaf:
                continue
            place = Place(file, defined.start, defined.end, (defined.start, defined.value_end))
            if defined.path == setting:
                exact.append(place)
            elif defined.path[: len(setting)] == setting:
                inside.append(place)
            elif defined.path == setting[: len(defined.path)]:
                around.append(place)
    evaluated = _declared(repository, path, setting) if space == "home" and not exact else []
    return (exact or evaluated or inside or around)[:_MOST]


def _declared(repository: Repository, path: str, setting: tuple[str, ...]) -> list[Place]:
    for target in _targets(repository, path)[:_MOST_TARGETS]:
        found = read_setting(repository, target, setting)
        declared = None if found is None else found.declared
        if declared is not None and os.path.isfile(declared.path):
            return [Place(declared.path, declared.start, declared.end)]
    return []


def _files(repository: Repository, path: str, space: Space | None) -> list[str]:
    """The module files that count for a file's targets, the strongest layers first."""
    if space is None:
        return _loose_files(repository)
    targets = _targets(repository, path)
    if space == "system":
        found = _system_files(repository, path, targets)
    else:
        found = _home_files(repository, targets)
    return list(dict.fromkeys(found))


def _home_files(repository: Repository, targets: list[Target]) -> Iterator[str]:
    targets = targets or list(repository.recent_targets.items)
    for target in targets:
        order = sorted(home_files(repository, target), key=lambda f: _rank(repository, f))
        yield from order
        yield from sorted(system_files(repository, target))
    yield repository.flake.path
    yield from _loose_files(repository)


def _loose_files(repository: Repository) -> list[str]:
    """The files that are part of no home or system that is known."""
    return [f for f in repository.index.paths if space_of(repository, f) is None]


def _system_files(repository: Repository, path: str, targets: list[Target]) -> Iterator[str]:
    everywhere = repository.recent_targets.items
    of_file = [t for t in everywhere if path in system_files(repository, t)]
    chosen = of_file or [t for t in targets if t.kind == "host"] or list(everywhere)
    folders = list(repository.layout.systems.values())
    for target in chosen:
        found = sorted(system_files(repository, target))
        yield from sorted(found, key=lambda f: not any(_below(f, folder) for folder in folders))
    if not of_file and not targets:
        yield from (f for f in repository.index.paths if space_of(repository, f) == "system")


def _below(path: str, folder: str) -> bool:
    return path.startswith(folder + os.sep)


def _rank(repository: Repository, path: str) -> tuple[int, str]:
    layer = repository.layout.layer_of(path)
    return (3 if layer is None else _RANKS[layer.kind]), path


def _defined(
    repository: Repository, files: list[str], space: Space | None
) -> Iterator[tuple[str, Defined]]:
    """What files define, with what systems say of homes as settings of the home."""
    for file in files:
        of_system = space == "home" and space_of(repository, file) == "system"
        for defined in repository.index[file].defined:
            if defined.declares:
                continue
            if not of_system:
                yield file, defined
            elif defined.path[:2] == ("home-manager", "users") and len(defined.path) > 3:
                yield file, _shortened(defined, 3)


def _shortened(defined: Defined, dropped: int) -> Defined:
    return Defined(
        defined.path[dropped:],
        defined.start,
        defined.end,
        defined.value_start,
        defined.value_end,
        defined.is_leaf,
    )
