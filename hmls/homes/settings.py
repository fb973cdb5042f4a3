"""What every setting is on a target: the leaves of its configuration that the user defines.

Leaves are values that are no sets, empty sets, derivations and sets that stand for a string;
lists are leaves as a whole. Everything here runs on the evaluation thread.
"""

from __future__ import annotations

from collections.abc import Iterator

from hmls.homes.plain import is_plain_set, why
from hmls.homes.repository import Repository
from hmls.homes.setting import Contribution, Declared, LayerKind, Setting
from hmls.homes.setting_leaf import Reader
from hmls.homes.setting_tree import Failed, Look, Point, names_of, root_point
from hmls.homes.targets import Target
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.lang.force import MISSING
from hmls.lang.values import Attrs, Unknown
from hmls.modules.evaluation import Evaluation
from hmls.modules.level import Level

_MAX_DEPTH = 60
"""Of a path; a set that holds itself has no end."""


def settings(repository: Repository, target: Target) -> list[Setting]:
    """All leaves that the user's files define in a target, in the order of their paths.

    Raises NixError and Unknowable where the target has no configuration at all.
    """
    reader = Reader(repository, repository.evaluation(target))
    points = _leaves(root_point(reader.evaluation), reader)
    return sorted((reader.read(point) for point in points), key=lambda found: found.path)


def setting(repository: Repository, target: Target, path: tuple[str, ...]) -> Setting | None:
    """One setting of a target, or a whole set of them; None where nothing is there.

    What the user's files do not define is found too, if a module that was read declares it.
    """
    try:
        reader = Reader(repository, repository.evaluation(target))
        point = root_point(reader.evaluation)
        for name in path:
            point = point.child(name)
        if not reader.is_there(point):
            return None
        return reader.read(point)
    except NixError as error:
        return Setting(path, False, True, None, f"«error: {error.message}»", error=error.message)
    except Unknowable as stop:
        return Setting(path, False, True, None, stop.unknown.text, why(stop.unknown))
    except GaveUp as gave_up:
        return Setting(path, False, True, None, "…", gave_up.cause.message)


def _leaves(point: Point, reader: Reader) -> Iterator[Point]:
    """The leaves at and below a path that the user's files define."""
    names = _names(point, reader) if len(point.path) < _MAX_DEPTH else []
    if point.path and (not names or point.look() == {}):
        yield point
    for name in names:
        yield from _leaves(point.child(name), reader)


def _names(point: Point, reader: Reader) -> list[str]:
    """The names that the user's files define below a path; none for a leaf."""
    node = point.node
    if isinstance(node, Evaluation):
        return _level_names(node.root, reader)
    if isinstance(node, Level):
        return _level_names(node, reader)
    value = point.look()
    if not _may_be_set(value):
        return []
    evaluation = point.evaluation
    names = set() if evaluation is None else set(_level_names(evaluation.root, reader))
    whole = False
    for leaf, _ in point.leaves:
        if not reader.is_users(leaf.definition):
            continue
        if evaluation is not None and leaf.in_force:
            continue
        found = names_of(leaf.definition.value)
        names.update(found or ())
        whole = whole or (leaf.in_force and found is None)
    if isinstance(value, Attrs) and value:
        changed = point.option is node and point.option is not None and point.option.has_apply
        if whole or not names or (changed and not names <= value.keys()):
            names = set(value)
    return sorted(name for name in names if name != "_module")


def _may_be_set(value: Look) -> bool:
    """Whether the paths below may be settings of their own."""
    if value is MISSING or isinstance(value, Failed | Unknown):
        return True
    return is_plain_set(value)


def _level_names(level: Level, reader: Reader) -> list[str]:
    try:
        by_name = level.raw.by_name
    except (NixError, Unknowable):
        return []
    return sorted(
        name
        for name, definitions in by_name.items()
        if name != "_module" and any(reader.is_users(d) for d in definitions)
    )


__all__ = ["Contribution", "Declared", "LayerKind", "Setting", "setting", "settings"]
