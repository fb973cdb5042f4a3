"""What of an evaluated home fails, and what its modules define in a few places.

Only what some file of the user's defines is looked at: an option that nobody sets and nobody
reads may have no value at all. Where anything is unknown nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from hmls.catalog.specialisations import Specialised
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import expect_bool, expect_open_list, force, sorted_names
from hmls.lang.values import Attrs, Lazy, OpenList, Splice, Unknown, Value
from hmls.modules.declarations import Declaration
from hmls.modules.definitions import Definition, Leaf, Loc, Status, competing, discharged
from hmls.modules.evaluation import Evaluation, undeclared_error
from hmls.modules.level import Level
from hmls.modules.messages import show_option
from hmls.modules.option_value import Option, Undeclared
from hmls.modules.properties import DEFAULT_PRIORITY
from hmls.modules.resolved import Resolved
from hmls.modules.types.base import OptionType
from hmls.modules.types.containers import ListOf, item_of
from hmls.modules.types.wrappers import NullOr, Unique

_MAX_DEPTH = 16
"""How deep sets are followed that no declaration is known of."""
_PART = re.compile(r'"[^"]*"|[^."]+')
_STRUCTURE = frozenset(("imports", "config", "options", "_type"))
_HOMES = ("home-manager", "users")
"""What a system has there are homes, which are targets of their own."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An option, or a part of one, that has no value; or modules that cannot be loaded (`()`).

    `definitions` are those in force, `culprits` those that fail when they stand alone, and
    `declarations` those of the option, where it is declared. `is_firm` says that no module
    which is not read can be expected to put other definitions in force.
    """

    loc: Loc
    error: NixError
    definitions: tuple[Definition, ...] = ()
    culprits: tuple[Definition, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    is_firm: bool = True
    type: OptionType | None = None
    """That of the option or of its part, where it was merged."""


@dataclass(slots=True)
class Walk:
    """What was found. `leaves` has the definitions in force, by option."""

    failures: list[Failure] = field(default_factory=list)
    leaves: dict[Loc, list[Leaf]] = field(default_factory=dict)
    undeclared: dict[Loc, list[Definition]] = field(default_factory=dict)
    """What is defined at the top though no module that was read declares it."""


def walk(evaluation: Evaluation) -> Walk:
    """Evaluate what the modules define. Raises GaveUp, and NixError and Unknowable never."""
    walker = _Walker()
    found = walker.found
    walker.guard((), lambda: walker.evaluation(evaluation))
    return found


class _Walker:
    def __init__(self) -> None:
        self.found = Walk()
        self._declarations: tuple[Declaration, ...] = ()

    def guard(
        self, loc: Loc, look: Callable[[], None], definitions: Iterable[Definition] = ()
    ) -> None:
        try:
            look()
        except NixError as error:
            given = tuple(definitions)
            self.found.failures.append(Failure(loc, error, given, (), self._declarations))
        except Unknowable:
            return

    def evaluation(self, evaluation: Evaluation) -> None:
        failures = evaluation.collected.failures
        if failures:
            # Nothing else of such modules is a value.
            self.found.failures += [Failure((), error) for error in failures]
            return
        root = evaluation.root
        for name in sorted(root.raw.by_name):
            if name not in root.declared.by_name:
                self.found.undeclared[(name,)] = root.raw.known(name)
        if self._all_declared(evaluation):
            for path, definition in root.unmatched():
                error = undeclared_error(evaluation, path, definition)
                self.found.failures.append(Failure(path, error, (definition,), (definition,)))
        self.level((), root)

    def _all_declared(self, evaluation: Evaluation) -> bool:
        """Whether no other declarations may exist, and undeclared options are an error."""
        root = evaluation.root
        if evaluation.collected.unread or root.raw.open_parts or root.declared.rest is not None:
            return False
        internal = evaluation.internal_option("check").value
        return expect_bool(internal) and evaluation.freeform_type is None

    def level(self, loc: Loc, level: Level, only: frozenset[str] | None = None) -> None:
        for name in level.raw.written():
            path = (*loc, name)
            if path != ("_module",) and path != _HOMES and (only is None or name in only):
                given = level.raw.written_of(name)
                self.guard(path, lambda p=path, n=name: self.node(p, level, n), given)  # type: ignore[misc]

    def node(self, loc: Loc, level: Level, name: str) -> None:
        node = level.node(name)
        match node:
            case Level():
                self.level(loc, node)
            case Option():
                self.option(loc, node)
            case Undeclared():
                self.undeclared(loc, node.given)
            case None:
                self.undeclared(loc, level.raw.of(name))

    def option(self, loc: Loc, option: Option) -> None:
        if not any(definition.site is not None for definition in option.given):
            return
        before, self._declarations = self._declarations, option.declaration.declarations
        try:
            resolved = option.resolved
            leaves = self._note(loc, resolved)
            value = self._value(loc, option.value, resolved, leaves)
            if isinstance(value, Unknown):
                self.own_parts(loc, leaves)
            elif value is not _FAILED and not option.has_apply:
                self.parts(loc, resolved, value, leaves)
        finally:
            self._declarations = before

    def resolved(self, loc: Loc, resolved: Resolved) -> None:
        leaves = self._note(loc, resolved)
        value = self._value(loc, resolved.value, resolved, leaves)
        if isinstance(value, Unknown):
            self.own_parts(loc, leaves)
        elif value is not _FAILED:
            self.parts(loc, resolved, value, leaves)

    def own_parts(self, loc: Loc, leaves: list[Leaf]) -> None:
        """What the user's definitions hold, where others may add what is not known.

        Whoever reads the option looks at each definition, whichever wins.
        """
        own = [leaf for leaf in leaves if leaf.status is Status.WINS and leaf.definition.site]
        before = dict(self.found.leaves)
        self.undeclared(loc, [leaf.definition for leaf in own])
        self.found.leaves |= before

    def parts(self, loc: Loc, resolved: Resolved, value: Value, leaves: list[Leaf]) -> None:
        """What the value of an option holds, as far as its type tells one part from another."""
        merged = resolved.merged
        if isinstance(merged.evaluation, Evaluation):
            # Of a specialisation what it says itself: the rest is looked at in the home.
            only = _names(leaves) if isinstance(resolved.type, Specialised) else None
            self.level(loc, merged.evaluation.root, only)
        elif merged.part is not None and isinstance(value, Attrs):
            for name in sorted_names(value):
                part = merged.part(name)
                path = (*loc, name)
                given = [leaf.definition for leaf in leaves]
                self.guard(path, lambda p=path, x=part: self.part(p, x), given)  # type: ignore[misc]
        elif isinstance(value, list | OpenList):
            self.items(loc, resolved, value, leaves)

    def items(self, loc: Loc, resolved: Resolved, value: Value, leaves: list[Leaf]) -> None:
        """The items of a list, each of its element's type where that is told by the list's."""
        option_type = resolved.type
        while isinstance(option_type, NullOr | Unique):
            option_type = option_type.element
        winners = [leaf.definition for leaf in leaves if leaf.status is Status.WINS]
        if not isinstance(option_type, ListOf):
            for lazy in _certain_items(value):
                self.guard(loc, partial(_forced, lazy), winners)
            return
        for number, definition in enumerate(winners, 1):
            for index, lazy in enumerate(_certain_items(_value_or_unknown(definition.value)), 1):
                # On a host the names of a home's options begin with those of the system's.
                whole = resolved.loc
                item = item_of(whole, option_type.element, definition, number, index, lazy)
                path = (*loc, *item.loc[len(whole) :])
                self.guard(loc, partial(self.resolved, path, item), (definition,))

    def part(self, loc: Loc, part: object) -> None:
        match part:
            case Resolved():
                self.resolved(loc, part)
            case Level():
                self.level(loc, part)
            case Option():
                self.option(loc, part)

    def _note(self, loc: Loc, resolved: Resolved) -> list[Leaf]:
        leaves = [leaf for leaf in resolved.leaves if leaf.in_force]
        self.found.leaves[loc] = leaves
        return leaves

    def _value(self, loc: Loc, lazy: Lazy, resolved: Resolved, leaves: list[Leaf]) -> Value:
        """The value, or _FAILED after it was noted why there is none."""
        try:
            return force(lazy)
        except NixError as error:
            winners = [leaf for leaf in leaves if leaf.status is Status.WINS]
            certain = tuple(leaf.definition for leaf in winners)
            culprits = tuple(d for d in certain if _fails_alone(resolved, d))
            is_firm = all(_is_plain_or_stronger(leaf.priority) for leaf in winners)
            failure = Failure(
                loc, error, certain, culprits, self._declarations, is_firm, resolved.type
            )
            self.found.failures.append(failure)
            return _FAILED

    def undeclared(self, loc: Loc, definitions: list[Definition]) -> None:
        """Definitions of which it is not known how far down the option's own path goes."""
        leaves = competing(discharged([d for d in definitions if d.site is not None]))
        live = [leaf for leaf in leaves if leaf.status is Status.WINS]
        self.found.leaves[loc] = live
        inner: dict[str, list[Definition]] = {}
        for leaf in live:
            definition = leaf.definition
            self.guard(loc, lambda d=definition: _forced(d.value), (definition,))  # type: ignore[misc]
            value = _value_or_unknown(definition.value)
            if isinstance(value, Attrs) and _is_plain(value) and len(loc) < _MAX_DEPTH:
                for name, lazy in value.items():
                    site = value.positions.get(name, definition.site)
                    part = definition._replace(value=lazy, site=site)
                    inner.setdefault(name, []).append(part)
            for item in _certain_items(value):
                self.guard(loc, partial(_forced, item), (definition,))
        for name in sorted(inner):
            path = (*loc, name)
            given = inner[name]
            self.guard(path, lambda p=path, g=given: self.undeclared(p, g), given)  # type: ignore[misc]


_FAILED: Value = object()


def _is_plain_or_stronger(priority: object) -> bool:
    return isinstance(priority, int) and priority <= DEFAULT_PRIORITY


def _forced(lazy: Lazy) -> None:
    force(lazy)


def _names(leaves: list[Leaf]) -> frozenset[str] | None:
    """The names in the sets that define something, None if one is more than a plain set."""
    found: set[str] = set()
    for leaf in leaves:
        value = _value_or_unknown(leaf.definition.value)
        if not isinstance(value, Attrs) or not _STRUCTURE.isdisjoint(value):
            return None
        found.update(value)
    return frozenset(found)


def _certain_items(value: Value) -> list[Lazy]:
    """The items of a list that are certain to be in it."""
    if not isinstance(value, list | OpenList):
        return []
    return [item for item in expect_open_list(value) if item.__class__ is not Splice]


def _value_or_unknown(lazy: Lazy) -> Value:
    try:
        return force(lazy)
    except (NixError, Unknowable):
        return None


def _is_plain(value: Attrs) -> bool:
    """Whether a set is one that modules write, and no package, type or module."""
    return not any(name in value for name in ("_type", "outPath", "__functor", "__toString"))


def _fails_alone(resolved: Resolved, definition: Definition) -> bool:
    try:
        value = force(Resolved(resolved.loc, resolved.type, [definition]).value)
    except NixError:
        return True
    except Unknowable:
        return False
    return value is _FAILED


def fails(option_type: OptionType, definition: Definition) -> bool:
    """Whether a definition, or anything in it, is certain to fail as the only one of a type."""
    walker = _Walker()
    walker.guard((), lambda: walker.resolved((), Resolved((), option_type, [definition])))
    return bool(walker.found.failures)


def option_named(evaluation: Evaluation, name: str) -> tuple[Option, Loc] | None:
    """The option that an error names, or that has a part of that name, with the whole path."""
    prefix = show_option(evaluation.prefix)
    path = name.removeprefix(f"{prefix}.") if prefix else name
    loc = tuple(part.strip('"') for part in _PART.findall(path))
    node: object = evaluation.root
    for part in loc:
        if not isinstance(node, Level):
            break  # What is below an option is declared where it is.
        node = node.node(part)
    return (node, loc) if isinstance(node, Option) else None


def known(lazy: Lazy) -> Value:
    """The value of something lazy; None for what is unknown or fails."""
    value = _value_or_unknown(lazy)
    return None if isinstance(value, Unknown) else value


def attribute(value: Attrs, name: str) -> Value:
    """An attribute of a set as `known` has it; None where it is not there."""
    if name not in value:
        return None
    return known(value[name])


__all__ = ["Failure", "Walk", "attribute", "fails", "known", "option_named", "walk"]
