"""Definitions of one option: which are in force, which lost, and why.

Source: nixpkgs lib/modules.nix: dischargeProperties, filterOverrides', sortProperties,
mergeDefinitions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import delayed, expect_open_list, force, select, type_of_set
from hmls.lang.values import Cause, Lazy, Site, Splice, Thunk, Unknown, UnknownChoice, Value
from hmls.modules.merged import Merged

if TYPE_CHECKING:
    from hmls.modules.types.base import OptionType

DEFAULT_PRIORITY = 100
"""Of a definition without mkOverride. Lower numbers win."""
OPTION_DEFAULT_PRIORITY = 1500
DEFAULT_ORDER = 1000
_NO_DEFINITION_PRIORITY = 9999
_UNKNOWN_PRIORITY = 0
"""Of a definition that is so unknown that it may beat any other."""
_PLAIN_CAUSES = frozenset(("package", "option"))
"""Packages and values of options are never properties."""
CONDITION = Cause("condition", "depends on a condition that is unknown")

Loc = tuple[str, ...]
"""The path of an option."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One value given to an option, possibly wrapped in mkIf, mkMerge, mkOverride or mkOrder.

    `file` is what Nix calls the place; `site` is the binding itself, where there is one.
    `maybe` is the condition under which the definition exists, where that is unknown.
    """

    file: str
    value: Lazy
    site: Site | None = None
    maybe: Unknown | None = None
    origin: str | None = None
    """Who defines it when no file does: `builder`, `default`, or a module that is not read."""


class Status(Enum):
    """What became of a definition."""

    WINS = "wins"
    LOSES = "loses"
    """Another one has a stronger priority."""
    FALSE = "false"
    """The condition of its mkIf is false."""
    UNKNOWN = "unknown"
    """The condition of its mkIf is unknown, and it would matter."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A definition after its properties were taken off."""

    definition: Definition
    priority: int
    order: int
    status: Status
    condition: Unknown | None = None


class Resolved:
    """The definitions of one option, or of one key of one, and the value they make."""

    __slots__ = ("_definitions", "_leaves", "_merged", "loc", "type", "value")

    def __init__(
        self, loc: Loc, option_type: OptionType, definitions: list[Definition] | Thunk
    ) -> None:
        self.loc = loc
        self.type = option_type
        self._definitions = definitions
        self._leaves = delayed(self._compute_leaves)
        self._merged = delayed(self._compute_merged)
        self.value: Lazy = delayed(self._compute_value)

    @property
    def definitions(self) -> list[Definition]:
        """All definitions in the order of the modules, properties still on. Raises NixError."""
        return demand(self._definitions)  # type: ignore[no-any-return]

    @property
    def leaves(self) -> list[Leaf]:
        """All definitions in order, with what became of them. Raises NixError."""
        return demand(self._leaves)  # type: ignore[no-any-return]

    @property
    def merged(self) -> Merged:
        return demand(self._merged)  # type: ignore[no-any-return]

    @property
    def final(self) -> list[Definition]:
        """What the type merges: the winners and those that may be, in order."""
        return [
            leaf.definition for leaf in self.leaves if leaf.status in (Status.WINS, Status.UNKNOWN)
        ]

    @property
    def highest_priority(self) -> int:
        found = [leaf.priority for leaf in self.leaves if leaf.status is Status.WINS]
        return found[0] if found else _NO_DEFINITION_PRIORITY

    @property
    def is_defined(self) -> bool:
        """Whether any definition is in force. Raises Unknowable where that is not known."""
        maybe: Unknown | None = None
        for leaf in self.leaves:
            if leaf.status is Status.WINS:
                return True
            if leaf.status is Status.UNKNOWN:
                maybe = leaf.condition
        if maybe is not None:
            raise Unknowable(maybe)
        return False

    def _compute_leaves(self) -> list[Leaf]:
        leaves: list[Leaf] = []
        for definition in self.definitions:
            _discharge(definition, definition.value, definition.maybe, leaves)
        return _sorted(_filtered(leaves))

    def _compute_merged(self) -> Merged:
        leaves = self.leaves
        stronger = may_beat(leaves)
        if stronger is not None:
            assert stronger.condition is not None
            return Merged(
                UnknownChoice(stronger.condition, stronger.definition.value, self._without(leaves))
            )
        final = self.final
        if not final:
            return self.type.merge_nothing(self.loc)
        return self.type.checked_merge(self.loc, final)

    def _without(self, leaves: list[Leaf]) -> Lazy:
        """The value if no definition of unknown condition exists."""
        certain = [leaf.definition for leaf in leaves if leaf.status is Status.WINS]
        if not certain:
            return Unknown("undefined", CONDITION)
        return delayed(lambda: force(self.type.checked_merge(self.loc, certain).value))

    def _compute_value(self) -> Value:
        return force(self.merged.value)


def demand(lazy: Lazy) -> Value:
    """Force a thunk of this package's own objects; raises Unknowable if it became unknown."""
    value = force(lazy)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return value


def _discharge(
    definition: Definition, lazy: Lazy, maybe: Unknown | None, leaves: list[Leaf]
) -> None:
    """Take off mkMerge and mkIf, and note priority and order of what is inside."""
    value = force(lazy)
    try:
        kind = type_of_set(value)
    except Unknowable as stop:
        # It may turn out to be any property: nothing about it is known.
        value, kind = stop.unknown, None
    match kind:
        case "merge":
            for item in expect_open_list(select(value, "contents")):
                if item.__class__ is Splice:
                    _add_leaf(definition, item.unknown, item.unknown, leaves)
                else:
                    _discharge(definition, item, maybe, leaves)
        case "if":
            condition = select(value, "condition")
            if condition is True:
                _discharge(definition, value["content"], maybe, leaves)
            elif condition is False:
                leaf = replace(definition, value=value["content"])
                leaves.append(Leaf(leaf, DEFAULT_PRIORITY, DEFAULT_ORDER, Status.FALSE))
            elif isinstance(condition, Unknown):
                _discharge(definition, value["content"], maybe or condition, leaves)
            else:
                raise NixError("‘mkIf’ called with a non-Boolean condition")
        case "definition":
            inner = force(select(value, "value"))
            file = select(value, "file")
            named = replace(definition, file=file if isinstance(file, str) else definition.file)
            _add_leaf(named, inner, maybe, leaves)
        case _:
            _add_leaf(definition, value, maybe, leaves)


def _add_leaf(
    definition: Definition, value: Value, maybe: Unknown | None, leaves: list[Leaf]
) -> None:
    priority, order = DEFAULT_PRIORITY, DEFAULT_ORDER
    lazy: Lazy = value
    if isinstance(value, Unknown) and may_be_property(value):
        priority, maybe = _UNKNOWN_PRIORITY, maybe or value
    elif type_of(value) == "override":
        priority = _number(select(value, "priority"))
        lazy = value["content"]
    # Whether the content is an order is looked at only when definitions are sorted, and
    # only those in force are; `_sorted` does it.
    named = replace(definition, value=lazy, maybe=maybe)
    leaves.append(Leaf(named, priority, order, Status.WINS, maybe))


def may_be_property(unknown: Unknown) -> bool:
    """Whether an unknown value could be an mkForce or the like, and not a plain value."""
    return unknown.kind is None and unknown.cause.kind not in _PLAIN_CAUSES


def type_of(value: Value) -> str | None:
    """The `_type` of a value that may be unknown, in which case it counts as plain."""
    try:
        return type_of_set(value)
    except Unknowable:
        return None


def _number(value: Value) -> int:
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if not isinstance(value, int):
        raise NixError("the priority of mkOverride is no number")
    return value


def _filtered(leaves: list[Leaf]) -> list[Leaf]:
    """Only the strongest priority stays in force; what may be stronger or as strong may matter."""
    certain = [leaf for leaf in leaves if leaf.status is Status.WINS and leaf.condition is None]
    strongest = min((leaf.priority for leaf in certain), default=_NO_DEFINITION_PRIORITY)
    filtered: list[Leaf] = []
    for leaf in leaves:
        if leaf.status is Status.FALSE:
            filtered.append(leaf)
        elif leaf.priority > strongest:
            filtered.append(replace(leaf, status=Status.LOSES))
        elif leaf.condition is not None:
            filtered.append(replace(leaf, status=Status.UNKNOWN))
        else:
            filtered.append(leaf)
    return filtered


def _sorted(leaves: list[Leaf]) -> list[Leaf]:
    """In the order of mkOrder, stable; definitions that lost stay where they are."""
    in_force = (Status.WINS, Status.UNKNOWN)
    stripped: list[Leaf] = []
    any_order = False
    for leaf in leaves:
        if leaf.status in in_force:
            value = force(leaf.definition.value)
            if type_of(value) == "order":
                any_order = True
                content = replace(leaf.definition, value=value["content"])
                leaf = replace(leaf, definition=content, order=_number(select(value, "priority")))
        stripped.append(leaf)
    if not any_order:
        return stripped
    return sorted(stripped, key=lambda leaf: leaf.order)


def may_beat(leaves: list[Leaf]) -> Leaf | None:
    """A definition of unknown condition with a stronger priority than those in force."""
    certain = min(
        (leaf.priority for leaf in leaves if leaf.status is Status.WINS),
        default=_NO_DEFINITION_PRIORITY,
    )
    for leaf in leaves:
        if leaf.status is Status.UNKNOWN and leaf.priority < certain:
            return leaf
    return None
