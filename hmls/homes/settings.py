"""What every setting is on a target: the leaves of its configuration that the user defines.

Leaves are values that are no sets, empty sets, derivations and sets that stand for a string;
lists are leaves as a whole. Everything here runs on the evaluation thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from hmls.catalog.specialisations import Specialised
from hmls.homes.plain import is_plain_set, why
from hmls.homes.repository import Repository
from hmls.homes.setting import Contribution, Declared, LayerKind, Setting
from hmls.homes.setting_leaf import Reader
from hmls.homes.setting_tree import Failed, Look, Point, names_of, root_point
from hmls.homes.targets import Target
from hmls.lang.budget import tick
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.lang.force import MISSING
from hmls.lang.values import Attrs, Unknown
from hmls.modules.evaluation import Evaluation
from hmls.modules.hm_types import ENTRY, DagEntryOf
from hmls.modules.level import Level
from hmls.modules.option_value import Option
from hmls.modules.resolved import Resolved

_FUNCTION = {"__functionArgs", "__functor"}
"""What types.functionTo makes of functions: a set that is one function, not two settings."""
_MAX_DEPTH = 60
"""Of a path; a set that holds itself has no end."""
_MANY_NAMES = 1000
"""In a set of more, all leaves take longer than somebody who only looks at it would wait."""
_MANY_POINTS = 10_000
"""A set with more below it is no setting, but all of the packages or of the inputs."""
_DIVIDED = {"home-manager", "nixpkgs"}
"""Sets in which some names are settings, and some are as large as that."""
_NOT_OF_SYSTEM = {("home-manager", "users"), ("nixpkgs", "pkgs")}
"""The homes in it, and the packages that it is given."""


def settings(repository: Repository, target: Target, below: tuple[str, ...] = ()) -> list[Setting]:
    """All leaves that the user's files define in a target, in the order of their paths.

    With `below` only those at and below a path. Raises NixError and Unknowable where the target
    has no configuration at all.
    """
    return settings_in(repository, repository.evaluation(target), below)


def settings_in(
    repository: Repository, evaluation: Evaluation, below: tuple[str, ...] = ()
) -> list[Setting]:
    """The same of an evaluated configuration, such as that of a system."""
    reader = _reader(repository, evaluation)
    found = reader.below_before.get(below)
    if found is None:
        points = _leaves(_point(reader, below), reader)
        found = [_leaf(point, reader) for point in points]
        reader.below_before[below] = found
    return found


def some_settings(
    repository: Repository, evaluation: Evaluation, below: tuple[str, ...], most: int
) -> tuple[list[Setting], bool]:
    """The leaves below a path of an evaluated configuration, and whether these are all.

    Of a set with very many names only the first ones are found out.
    """
    reader = _reader(repository, evaluation)
    point = _point(reader, below)
    if below in reader.below_before or len(_names(point, reader)) <= _MANY_NAMES:
        return settings_in(repository, evaluation, below), True
    return [_leaf(each, reader) for each in islice(_leaves(point, reader), most)], False


def _leaf(point: Point, reader: Reader) -> Setting:
    """The setting at a leaf. A list that was given up goes on where it stopped when it is asked for
    again, and what takes too long twice says so: the others are worth the list.
    """
    known, path = reader.leaves_before, point.path
    if path not in known:
        try:
            known[path] = reader.read(point)
        except GaveUp as stop:
            if _is_first_time(path, reader):
                raise
            known[path] = _not_to_be_had(path, stop)
    return known[path]


def _is_first_time(path: tuple[str, ...], reader: Reader) -> bool:
    """Whether a path takes too long and did not before."""
    is_first = path not in reader.slow
    reader.slow.add(path)
    return is_first


def system_settings(repository: Repository, evaluation: Evaluation) -> list[Setting]:
    """All leaves of a system that the user's files define, but those of the homes in it.

    A set that has no end to speak of, as that of all inputs, is left out as a whole.
    """
    reader = _reader(repository, evaluation)
    return [
        _leaf(point, reader)
        for part in _parts(root_point(evaluation), reader)
        for point in _some_leaves(part, reader)
    ]


def _parts(top: Point, reader: Reader) -> Iterator[Point]:
    for name in _names(top, reader):
        part = top.child(name)
        if name not in _DIVIDED:
            yield part
            continue
        below = (part.child(each) for each in _names(part, reader))
        yield from (each for each in below if each.path not in _NOT_OF_SYSTEM)


def _some_leaves(part: Point, reader: Reader) -> list[Point]:
    left = _MANY_POINTS

    def visit() -> None:
        nonlocal left
        tick(10)
        left -= 1
        if left < 0:
            raise _TooManyError

    try:
        return list(_leaves(part, reader, visit))
    except _TooManyError:
        return []


class _TooManyError(Exception):
    """A set has too much below it."""


def setting(repository: Repository, target: Target, path: tuple[str, ...]) -> Setting | None:
    """One setting of a target, or a whole set of them; None where nothing is there.

    What the user's files do not define is found too, if a module that was read declares it.
    """
    try:
        return setting_in(repository, repository.evaluation(target), path)
    except (NixError, Unknowable, GaveUp) as stop:
        return _not_to_be_had(path, stop)


def setting_in(
    repository: Repository, evaluation: Evaluation, path: tuple[str, ...]
) -> Setting | None:
    """The same of an evaluated configuration, such as that of a system."""
    try:
        reader = _reader(repository, evaluation)
        known = reader.read_before
        if path not in known:
            point = _point(reader, path)
            known[path] = reader.read(point) if reader.is_there(point) else None
        return known[path]
    except (NixError, Unknowable, GaveUp) as stop:
        return _not_to_be_had(path, stop)


def _not_to_be_had(path: tuple[str, ...], stop: NixError | Unknowable | GaveUp) -> Setting:
    if isinstance(stop, NixError):
        text = f"«error: {stop.message}»"
        return Setting(path, False, True, None, text, error=stop.message)
    if isinstance(stop, Unknowable):
        unknown = stop.unknown
        return Setting(path, False, True, None, unknown.text, why(unknown), unknown.cause.kind)
    return Setting(path, False, True, None, "…", GaveUp.cause.message, GaveUp.cause.kind)


def _reader(repository: Repository, evaluation: Evaluation) -> Reader:
    """The reader of a configuration, the same one for all questions about a version."""
    found: Reader | None = repository.remembered.get(evaluation)
    if found is None:
        found = repository.remembered[evaluation] = Reader(repository, evaluation)
    return found


def _point(reader: Reader, path: tuple[str, ...]) -> Point:
    if not path:
        return root_point(reader.evaluation)
    # The sets on the way are those of many settings, and know which names each definition has.
    above = reader.points.get(path[:-1])
    if above is None:
        above = reader.points[path[:-1]] = _point(reader, path[:-1])
    name, node = path[-1], above.node
    if isinstance(node, Resolved) and isinstance(node.type, DagEntryOf) and name not in ENTRY:
        # `matchBlocks.a.user` is what people write; the entry around it is made of it.
        above = above.child("data")
    return above.child(name)


def _leaves(
    point: Point, reader: Reader, visit: Callable[[], None] = lambda: None
) -> Iterator[Point]:
    """The leaves at and below a path that the user's files define, in the order of their paths."""
    visit()
    names = []
    if point.path not in reader.leaves_before and len(point.path) < _MAX_DEPTH:
        try:
            names = _names(point, reader)
        except GaveUp:
            if not point.path or _is_first_time(point.path, reader):
                raise
    if point.path and (not names or _is_empty_by_hand(point, reader)):
        yield point
        return
    for name in names:
        child = point.child(name)
        for leaf in _leaves(child, reader, visit):
            if not _is_specialised(child) or _differs(leaf, len(child.path), reader):
                yield leaf


def _is_specialised(point: Point) -> bool:
    """Whether it is a whole configuration within the one that it extends."""
    node = point.node
    try:
        return isinstance(node, Option) and isinstance(node.declaration.type, Specialised)
    except (NixError, Unknowable):
        return False


def _differs(point: Point, depth: int, reader: Reader) -> bool:
    """Whether a setting of a specialisation is another one than outside of it."""
    outer = _point(reader, point.path[depth:])
    if point.path[depth] == "specialisation":
        return False  # There are none within one.
    if not reader.is_there(outer):
        return True
    return _said(reader.read(point)) != _said(reader.read(outer))


def _said(found: Setting) -> tuple[object, ...]:
    """What tells one setting from another; texts of what is not known name where they stand."""
    places = [(c.file, c.start, c.status, c.priority) for c in found.contributions]
    return found.defined, found.text if found.known else found.kind, bool(found.error), places


def _is_empty_by_hand(point: Point, reader: Reader) -> bool:
    """Whether an empty set is the value, as a definition of the user's says.

    Where all that is in a set is mkIf false, what is in it is listed, as not defined.
    """
    value = point.look()
    if value.__class__ is not Attrs or value:
        return False
    said = [leaf.definition for leaf, _ in point.leaves if leaf.in_force]
    return any(reader.is_users(each) and names_of(each.value) == [] for each in said)


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
        if whole and names == _FUNCTION:
            return []
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


__all__ = [
    "Contribution",
    "Declared",
    "LayerKind",
    "Setting",
    "setting",
    "setting_in",
    "settings",
    "settings_in",
]
