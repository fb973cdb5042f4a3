"""What modules define at one level of the option tree, by name.

Source: nixpkgs lib/modules.nix: pushDownProperties, and the definitions in mergeModules'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hmls.lang.budget import tick
from hmls.lang.errors import NixError, Thrown, Unknowable
from hmls.lang.force import expect_open_list, force, select
from hmls.lang.values import (
    Attrs,
    ChosenAttrs,
    Lazy,
    OpenAttrs,
    Site,
    Splice,
    Unknown,
    UnknownChoice,
    Value,
    type_name,
)
from hmls.modules.bundle import DefinedBundle, unbundled
from hmls.modules.definitions import Definition, Loc, both, property_kind
from hmls.modules.guards import may_be_there, may_hold_any
from hmls.modules.module_file import ToldSet


class Part(NamedTuple):
    """What one module defines at one level: a set, or something unknown."""

    file: str
    value: Value
    site: Site | None
    maybe: Unknown | None
    origin: str | None
    outer: tuple[Attrs, ...]
    """The mkIf and mkOverride around the set."""


def push_down(definition: Definition, parts: list[Part]) -> None:
    """pushDownProperties: mkMerge, mkIf and mkOverride move into the set that they hold."""
    _push(definition, definition.value, definition.outer, parts)


def _push(definition: Definition, lazy: Lazy, outer: tuple[Attrs, ...], parts: list[Part]) -> None:
    if lazy.__class__ is ToldSet:
        parts.append(_part(definition, lazy, outer))
        return
    try:
        value = force(lazy)
        kind = property_kind(value)
    except Unknowable as stop:
        value, kind = stop.unknown, None
    except NixError as error:
        if definition.maybe is None:
            raise
        value, kind = _failing(definition, error), None
    if kind == "merge":
        try:
            items = expect_open_list(select(value, "contents"))
        except Unknowable as stop:
            items = [Splice(stop.unknown)]
        for item in items:
            if item.__class__ is Splice:
                parts.append(_part(definition, item.unknown, outer))
            else:
                _push(definition, item, outer, parts)
    elif kind == "if" or kind == "override":
        select(value, "content")
        _push(definition, value["content"], (*outer, value), parts)
    elif isinstance(value, DefinedBundle) and not value.is_of_names:
        for each in value.apart():
            push_down(each, parts)
    else:
        parts.append(_part(definition, value, outer))


def _part(definition: Definition, value: Value, outer: tuple[Attrs, ...]) -> Part:
    return Part(definition.file, value, definition.site, definition.maybe, definition.origin, outer)


def _failing(definition: Definition, error: NixError) -> Unknown:
    assert definition.maybe is not None
    return Unknown(f"«error: {error.message}»", definition.maybe.cause, definition.site)


class RawDefinitions:
    """The definitions of a level by name, and those that may define any name.

    Those that come in bundles stand for a name as one definition, whose value is the bundle. What
    the text of a module tells stays a told set until somebody wants the definitions themselves.
    """

    __slots__ = ("_by_name", "_found", "_parts", "open_parts")

    def __init__(self, loc: Loc, parts: list[Part]) -> None:
        self.open_parts: list[Part] = []
        self._parts: list[Part] = []
        self._found: dict[str, list[Definition]] = {}
        self._by_name: dict[str, list[Definition]] | None = None
        tick(len(parts))
        for part in parts:
            value = part.value
            kind = value.__class__
            if kind is not Attrs and kind is not ToldSet and not isinstance(value, DefinedBundle):
                if isinstance(value, Unknown | OpenAttrs):
                    self.open_parts.append(part)
                if isinstance(value, Unknown):
                    continue
                if not isinstance(value, Attrs):
                    raise _no_set(loc, part)
            self._parts.append(part)

    @property
    def by_name(self) -> dict[str, list[Definition]]:
        """All names with their definitions, for who asks for more than a few of them."""
        found = self._by_name
        if found is None:
            found = self._by_name = {}
            for part in self._parts:
                value = part.value
                if isinstance(value, DefinedBundle):
                    for name, definition in value.by_name():
                        found.setdefault(name, []).append(definition)
                    continue
                for name in value.names if value.__class__ is ToldSet else value:
                    found.setdefault(name, []).extend(_definitions(part, name))
        return found

    def _of(self, name: str) -> list[Definition]:
        if self._by_name is not None:
            return self._by_name.get(name, [])
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = []
            for part in self._parts:
                value = part.value
                if value.__class__ is ToldSet:
                    if name in value.names:
                        found.extend(_definitions(part, name))
                elif isinstance(value, DefinedBundle):
                    bundled = value.named(name)
                    if bundled is not None:
                        found.append(bundled)
                elif name in value:
                    found.extend(_definitions(part, name))
        return found

    def written(self) -> list[str]:
        """The names that not only bundles define, sorted."""
        return sorted(name for name, found in self.by_name.items() if not _only_bundled(found))

    def written_of(self, name: str) -> list[Definition]:
        """The definitions of a name that come in no bundle."""
        return _untold([d for d in self._of(name) if not isinstance(d.value, DefinedBundle)])

    def is_bundled(self, name: str) -> bool:
        """Whether nothing but bundles defines a name."""
        return not self.open_parts and _only_bundled(self._of(name))

    def known(self, name: str) -> list[Definition]:
        """The definitions that certainly are there."""
        return _untold(unbundled(self._of(name)))

    def of(self, name: str) -> list[Definition]:
        """The definitions of an option that certainly or possibly are there."""
        return _untold(unbundled(self._with_possible(name, may_be_there)))

    def below(self, name: str) -> list[Definition]:
        """The same with bundles and told sets whole, for the level of the name."""
        return self._with_possible(name, may_hold_any)

    def _with_possible(
        self, name: str, is_there: Callable[[Sequence[Attrs]], bool]
    ) -> list[Definition]:
        found = self._of(name)
        if not self.open_parts:
            return found
        return found + [
            _chosen(part, part.value, name, part.maybe) or _possible(part, name)
            for part in self.open_parts
            if may_define(part.value, name) and is_there(part.outer)
        ]

    @property
    def rest(self) -> Unknown | None:
        """What may define names that are not known here."""
        for part in self.open_parts:
            return part.value.rest if isinstance(part.value, OpenAttrs) else part.value
        return None


def _definitions(part: Part, name: str) -> list[Definition]:
    """What a part defines under one of its names."""
    file, value, site, maybe, origin, outer = part
    if value.__class__ is not ToldSet:
        at = value.positions.get(name, site)
        return [Definition(file, value[name], at, maybe, origin, outer)]
    found: list[Definition] = []
    for bound in value.names[name]:
        inner = value.inner(bound)
        around = outer if inner.__class__ is ToldSet else (*outer, *value.outer(bound))
        found.append(Definition(file, inner, bound.site, maybe, origin, around))
    return found


def _untold(definitions: list[Definition]) -> list[Definition]:
    """The definitions as they would be if the text of modules told nothing."""
    if not any(each.value.__class__ is ToldSet for each in definitions):
        return definitions
    return [
        each._replace(value=each.value.lazy, outer=(*each.outer, *each.value.around))
        if each.value.__class__ is ToldSet
        else each
        for each in definitions
    ]


def _only_bundled(definitions: list[Definition]) -> bool:
    return all(isinstance(each.value, DefinedBundle) for each in definitions)


def may_define(value: Value, name: str) -> bool:
    """Whether an unknown or open set may hold a name beside those that are told."""
    if name == "_module":
        # Nothing unknown is taken to change what modules are.
        return False
    if isinstance(value, OpenAttrs):
        return name not in value and name not in value.absent
    if isinstance(value, UnknownChoice):
        # `lib.optionalAttrs unknown { … }` defines the names of the set or none.
        return any(_has_name(side, name) for side in (value.then, value.otherwise))
    return True


def _has_name(lazy: Lazy, name: str) -> bool:
    """Whether one side of a choice may define a name; unknown where it may be any property."""
    try:
        value = force(lazy)
    except (NixError, Unknowable):
        return True
    if value.__class__ is Attrs and "_type" not in value:
        return name in value
    if isinstance(value, UnknownChoice):
        return may_define(value, name)
    return True


def _chosen(part: Part, value: Value, name: str, maybe: Unknown | None) -> Definition | None:
    """What one side of a choice between sets defines under a name, if the other does not.

    `optionalAttrs unknown { … }` is so much like `mkIf unknown { … }`.
    """
    if isinstance(value, ChosenAttrs):
        value = value.rest
    if not isinstance(value, UnknownChoice):
        return None
    holds = [_has_name(side, name) for side in (value.then, value.otherwise)]
    if holds[0] == holds[1]:
        return None
    condition = value.condition if holds[0] else _negated(value.condition)
    maybe = both(maybe, condition)
    try:
        side = force(value.then if holds[0] else value.otherwise)
    except (NixError, Unknowable):
        return None
    if side.__class__ is Attrs and "_type" not in side:
        at = side.positions.get(name, part.site)
        return Definition(part.file, side[name], at, maybe, part.origin, part.outer)
    return _chosen(part, side, name, maybe)


def _negated(condition: Unknown) -> Unknown:
    return Unknown(lambda: f"!({condition.text})", condition.cause, condition.site)


def _possible(part: Part, name: str) -> Definition:
    """A definition that an unknown set may hold, if the conditions around the set hold."""
    rest = part.value.rest if isinstance(part.value, OpenAttrs) else part.value
    unknown = rest.select(name)
    conditions = tuple(around for around in part.outer if around["_type"] == "if")
    return Definition(part.file, unknown, part.site, unknown, part.origin, conditions)


def _no_set(loc: Loc, part: Part) -> Thrown:
    path = ".".join(loc)
    return Thrown(
        f"In module `{part.file}', you're trying to define a value of type "
        f"`{type_name(part.value)}'\nrather than an attribute set for the option\n"
        f"`{path}'!\n\nThis usually happens if `{path}' has option\n"
        "definitions inside that are not matched. Please check how to properly define\n"
        "this option by e.g. referring to `man 5 configuration.nix'!\n",
        part.site,
    )
