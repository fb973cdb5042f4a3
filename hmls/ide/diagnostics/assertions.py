"""Assertions that are known to be false: where they stand, and the definitions that they read."""

from __future__ import annotations

from hmls.homes.repository import Repository
from hmls.ide.diagnostics.faults import Fault
from hmls.ide.diagnostics.places import place_of
from hmls.ide.diagnostics.registry import FAILED_ASSERTION
from hmls.ide.diagnostics.walk import Walk, attribute, known
from hmls.ide.subject import setting_of
from hmls.ide.types import Place
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import expect_open_list, force
from hmls.lang.values import Attrs, Splice
from hmls.modules.definitions import Leaf, Loc, Status
from hmls.syntax.cursor import context_at
from hmls.syntax.kinds import Kind
from hmls.syntax.parse import named_at, walk


def failed_assertions(repository: Repository, found: Walk, prefix: str) -> list[Fault]:
    """Items of `assertions` that are known to be false, and what they are false for."""
    faults: list[Fault] = []
    for leaf in found.leaves.get(("assertions",), ()):
        if leaf.status is not Status.WINS:
            continue
        for item, message in _false_items(leaf):
            site = item.positions.get("assertion", leaf.definition.site)
            place = place_of(repository, site) or place_of(repository, leaf.definition.site)
            if place is None:
                continue
            text = f"Failed assertions:\n- {prefix}{message}"
            read = [at for at in _read_in(repository, found, place) if at != place]
            # Each alone, for another target may have other definitions.
            faults.append(Fault(FAILED_ASSERTION, text, ("assertions",), (place,), tuple(read)))
            faults += [Fault(FAILED_ASSERTION, text, (), (at,), (place,)) for at in read]
    return faults


def _false_items(leaf: Leaf) -> list[tuple[Attrs, str]]:
    try:
        items = expect_open_list(force(leaf.definition.value))
    except (NixError, Unknowable):
        return []
    found = []
    for lazy in items:
        item = None if lazy.__class__ is Splice else known(lazy)
        if isinstance(item, Attrs) and attribute(item, "assertion") is False:
            message = attribute(item, "message")
            found.append((item, message if isinstance(message, str) else "…"))
    return found


def _read_in(repository: Repository, found: Walk, place: Place) -> list[Place]:
    """Where the options that an assertion names are defined, the definitions that win."""
    source = repository.files.source(place.path)
    top = None if source is None else named_at(source, place.start, place.end)
    if source is None or top is None:
        return []
    read: dict[Place, None] = {}
    for node in walk(top):
        if node.kind_id not in (Kind.SELECT, Kind.VARIABLE) or node.end_byte > place.end:
            continue
        setting = setting_of(repository, place.path, context_at(source, node.end_byte))
        if setting is None or setting.space != "home":
            continue
        for leaf in found.leaves.get(_option_of(found, setting.path), ()):
            at = place_of(repository, leaf.definition.site)
            if leaf.status is Status.WINS and at is not None:
                read[at] = None
    return list(read)


def _option_of(found: Walk, path: Loc) -> Loc:
    """The option at a path, or that the path leads into."""
    return next((path[:end] for end in range(len(path), 0, -1) if path[:end] in found.leaves), ())


__all__ = ["failed_assertions"]
