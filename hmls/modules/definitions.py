"""Definitions of one option: which are in force, which lost, and why.

Source: nixpkgs lib/modules.nix: dischargeProperties, filterOverrides', sortProperties.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple

from hmls.lang.builtins.sorting import peeksort
from hmls.lang.compare import less_than
from hmls.lang.errors import NixError, Thrown, Unknowable
from hmls.lang.failing import or_failing
from hmls.lang.force import MISSING, attempt, expect_open_list, force, get, select
from hmls.lang.values import (
    Attrs,
    Lazy,
    OpenAttrs,
    Site,
    Splice,
    Unknown,
    UnknownChoice,
    Value,
)
from hmls.modules.properties import DEFAULT_ORDER, DEFAULT_PRIORITY, override

NO_DEFINITION_PRIORITY = 9999
"""Nixpkgs' number for «nothing defines it»; a weaker override counts as no definition."""
_PLAIN_CAUSES = frozenset(("package", "option"))
"""Packages and values of options are never properties."""
_PROPERTY_NAMES = frozenset(("_type", "condition", "content", "contents", "priority"))

Loc = tuple[str, ...]
"""The path of an option."""


class Definition(NamedTuple):
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
    outer: tuple[Attrs, ...] = ()
    """The mkIf and mkOverride of the sets around the value, outermost first."""
    made: Attrs | None = None
    """The set that `mkDefinition` made, where it did."""
    order: Any = None
    """What mkOrder said, once it is taken off."""
    around: Any = None
    """The evaluation with modules that were not read, where those may define the option too."""

    @property
    def extra(self) -> str | None:
        """What the set that Nix code sees has besides `file` and `value`."""
        if self.made is not None:
            return "_type"
        return None if self.order is None else "priority"

    def shown(self) -> Attrs:
        """The definition as Nix code sees it."""
        made = Attrs() if self.made is None else Attrs(self.made)
        made["file"] = self.file
        made["value"] = self.value
        if self.order is not None:
            made["priority"] = self.order
        return made

    def of(self, value: Lazy, site: Site | None = None) -> Definition:
        """The definition of a part of the value, or of what it is turned into."""
        made = Definition(self.file, value, site or self.site, self.maybe, self.origin)
        return made if self.around is None else made._replace(around=self.around)


class Status(Enum):
    """What became of a definition."""

    WINS = "wins"
    LOSES = "loses"
    """Another one has a stronger priority."""
    FALSE = "false"
    """The condition of its mkIf is false."""
    UNKNOWN = "unknown"
    """Whether it exists is unknown, and it would matter."""


class Leaf(NamedTuple):
    """A definition after its properties were taken off."""

    definition: Definition
    priority: Any
    """A number, unless somebody wrote nonsense."""
    status: Status
    condition: Unknown | None = None
    """Of an unknown one: what decides whether it exists."""
    opaque: bool = False
    """Whether it is so unknown that it may be any property around any value."""
    guard: Attrs | None = None
    """Of a false one: the mkIf whose condition is false."""
    broken: NixError | None = None
    """Why the priority of a lone one cannot be told. Nix looks at it only if it is asked."""

    @property
    def in_force(self) -> bool:
        return self.status is Status.WINS or self.status is Status.UNKNOWN


def property_kind(value: Value) -> Value:
    """The `_type` of a value or None. Raises Unknowable for what may be any property."""
    if value.__class__ is Attrs:
        return get(value, "_type") if "_type" in value else None
    if isinstance(value, Unknown):
        if may_be_property(value):
            raise Unknowable(value)
        return None
    if not isinstance(value, Attrs):
        return None
    if isinstance(value, OpenAttrs) and "_type" not in value:
        # With an attribute that no property has it is taken for a plain set.
        if "_type" not in value.absent and value.keys() <= _PROPERTY_NAMES:
            raise Unknowable(value.rest)
        return None
    return get(value, "_type")


def may_be_property(unknown: Unknown) -> bool:
    """Whether an unknown value could be an mkForce or the like, and not a plain value."""
    if isinstance(unknown, UnknownChoice):
        # Its cause is that of its condition.
        return any(_side_may_be_property(side) for side in (unknown.then, unknown.otherwise))
    return unknown.kind in (None, "set") and unknown.cause.kind not in _PLAIN_CAUSES


def _side_may_be_property(lazy: Lazy) -> bool:
    """The same of one of two values, of which Nix would evaluate only one."""
    value = attempt(lazy)
    if isinstance(value, Unknown):
        return may_be_property(value)
    return (
        value is MISSING
        or isinstance(value, OpenAttrs)
        or (isinstance(value, Attrs) and "_type" in value)
    )


def condition_of(guard: Attrs) -> bool | Unknown:
    """The condition of an mkIf. Raises NixError for one that is no Boolean."""
    value = select(guard, "condition")
    if value is True or value is False or isinstance(value, Unknown):
        return value
    raise Thrown("‘mkIf’ called with a non-Boolean condition")


def wrapped(outer: Sequence[Attrs], value: Lazy) -> Lazy:
    """The value with the properties of the sets around it on, as pushDownProperties puts them."""
    for around in reversed(outer):
        kept = "condition" if around["_type"] == "if" else "priority"
        value = Attrs({"_type": around["_type"], kept: around[kept], "content": value})
    return value


def discharged(definitions: list[Definition]) -> list[Leaf]:
    """The definitions with mkMerge, mkIf and mkOverride taken off, all in force so far."""
    if len(definitions) == 1:
        only = definitions[0]
        if not only.outer and only.maybe is None:
            value = force(only.value)
            is_property = value.__class__ is Attrs and "_type" in value
            if not is_property and not isinstance(value, Unknown | OpenAttrs):
                return [Leaf(only, DEFAULT_PRIORITY, Status.WINS)]
    leaves: list[Leaf] = []
    for definition in definitions:
        _discharge_outer(definition, leaves)
    if sum(leaf.status is not Status.FALSE for leaf in leaves) == 1:
        return [leaf if leaf.status is Status.FALSE else _lone(leaf) for leaf in leaves]
    return [leaf if leaf.status is Status.FALSE else _among_others(leaf) for leaf in leaves]


def competing(leaves: list[Leaf]) -> list[Leaf]:
    """Only the strongest priority stays in force, and what may be as strong or stronger.

    Of those mkOrder is taken off; the order is still that of the modules.
    """
    certain = [leaf.priority for leaf in leaves if leaf.status is Status.WINS]
    alone = len(certain) == 1 and all(
        leaf.status is Status.FALSE or leaf.status is Status.WINS for leaf in leaves
    )
    strongest = certain[0] if alone else strongest_of(certain)
    found: list[Leaf] = []
    for leaf in leaves:
        if leaf.status is Status.FALSE or leaf.opaque:
            found.append(leaf)
        elif not alone and less_than(strongest, leaf.priority):
            found.append(leaf._replace(status=Status.LOSES))
        else:
            found.append(_with_order(leaf))
    return found


def strongest_of(priorities: list[Any]) -> Any:
    strongest: Any = NO_DEFINITION_PRIORITY
    for priority in priorities:
        if less_than(priority, strongest):
            strongest = priority
    return strongest


def in_order(leaves: list[Leaf]) -> list[Leaf]:
    """As mkOrder wants them, stable; definitions that lost stay about where they are."""
    if all(leaf.definition.order is None for leaf in leaves):
        return leaves
    return peeksort(leaves, _comes_before)


def _comes_before(left: Leaf, right: Leaf) -> bool:
    first, second = left.definition.order, right.definition.order
    return less_than(
        DEFAULT_ORDER if first is None else first, DEFAULT_ORDER if second is None else second
    )


def _discharge_outer(definition: Definition, leaves: list[Leaf]) -> None:
    maybe = definition.maybe
    for index, around in enumerate(definition.outer):
        if around["_type"] == "override":
            content = wrapped(definition.outer[index + 1 :], definition.value)
            _add_leaf(definition, override(around["priority"], content), maybe, leaves)
            return
        condition = _condition_under(maybe, around)
        if condition is False:
            leaves.append(_false(definition, definition.value, around))
            return
        if condition is not True:
            maybe = both(maybe, condition)
    _discharge(definition, definition.value, maybe, leaves)


def _discharge(
    definition: Definition, lazy: Lazy, maybe: Unknown | None, leaves: list[Leaf]
) -> None:
    """Take off mkMerge and mkIf, and note what is inside."""
    try:
        value = force(lazy)
        kind = property_kind(value)
    except Unknowable as stop:
        leaves.append(_opaque(definition, stop.unknown, maybe))
        return
    except NixError as error:
        if maybe is None:
            raise
        # Nix evaluates it only if the condition holds, which is not known.
        leaves.append(_opaque(definition, failing(maybe, error), maybe))
        return
    if kind == "merge":
        for item in expect_open_list(select(value, "contents")):
            if item.__class__ is Splice:
                leaves.append(_opaque(definition, item.unknown, maybe))
            else:
                _discharge(definition, item, maybe, leaves)
    elif kind == "if":
        condition = _condition_under(maybe, value)
        if condition is True:
            _discharge(definition, _content(value), maybe, leaves)
        elif condition is False:
            leaves.append(_false(definition, _content(value), value))
        else:
            _discharge(definition, _content(value), both(maybe, condition), leaves)
    elif kind == "definition":
        file = select(value, "file")
        named = Definition(
            file if isinstance(file, str) else definition.file,
            None,
            definition.site,
            maybe,
            definition.origin,
            (),
            value,
            around=definition.around,
        )
        inner = select(value, "value")
        if isinstance(inner, Unknown) and may_be_property(inner):
            leaves.append(_opaque(named, inner, maybe))
        else:
            _add_leaf(named, inner, maybe, leaves)
    else:
        _add_leaf(definition, value, maybe, leaves)


def _condition_under(maybe: Unknown | None, guard: Attrs) -> bool | Unknown:
    """The condition of an mkIf that stands under another one."""
    try:
        found: bool | Unknown = or_failing(condition_of(guard))
        return found
    except NixError as error:
        if maybe is None:
            raise
        # Nix comes to it only if the outer condition holds, which is not known.
        return failing(maybe, error)


def _content(guard: Attrs) -> Lazy:
    if "content" not in guard:
        select(guard, "content")
    return guard["content"]


def both(first: Unknown | None, second: Unknown) -> Unknown:
    """The condition that two unknown conditions hold."""
    if first is None or first is second:
        return second
    # To find out the text evaluates what may be the very value that the condition is for.
    found = Unknown(lambda: f"{first.text} && {second.text}", first.cause, first.site)
    # The second one is looked at only if the first one holds.
    found.basis = first.basis
    return found


def failing(maybe: Unknown, error: NixError) -> Unknown:
    """What stands for a value that fails, if a condition that is unknown holds."""
    return Unknown(f"«error: {error.message}»", maybe.cause, maybe.site)


def _false(definition: Definition, content: Lazy, guard: Attrs) -> Leaf:
    stripped = definition.of(content)
    return Leaf(stripped, DEFAULT_PRIORITY, Status.FALSE, guard=guard)


def _opaque(definition: Definition, unknown: Unknown, maybe: Unknown | None) -> Leaf:
    stripped = Definition(definition.file, unknown, definition.site, maybe, definition.origin)
    condition = unknown if maybe is None else both(maybe, unknown)
    return Leaf(stripped, DEFAULT_PRIORITY, Status.UNKNOWN, condition, opaque=True)


def _add_leaf(
    definition: Definition, value: Value, maybe: Unknown | None, leaves: list[Leaf]
) -> None:
    stripped = Definition(
        definition.file,
        value,
        definition.site,
        maybe,
        definition.origin,
        (),
        definition.made,
        None,
        definition.around,
    )
    status = Status.WINS if maybe is None else Status.UNKNOWN
    leaves.append(Leaf(stripped, DEFAULT_PRIORITY, status, maybe))


def _lone(leaf: Leaf) -> Leaf:
    try:
        return _with_priority(leaf)
    except NixError as error:
        value = leaf.definition.value
        if not isinstance(value, Attrs) or property_kind(value) != "override":
            raise
        stripped = leaf.definition._replace(value=_content(value))
        return leaf._replace(definition=stripped, broken=error)


def _among_others(leaf: Leaf) -> Leaf:
    """Nix looks at a value among others even if it loses, and then it must be there."""
    value = leaf.definition.value
    if isinstance(value, Unknown) and not leaf.opaque:
        found = or_failing(value)
        if found is not value:
            return _opaque(leaf.definition, found, leaf.condition)
    return _with_priority(leaf)


def _with_priority(leaf: Leaf) -> Leaf:
    value = leaf.definition.value
    if leaf.opaque or value.__class__ is not Attrs or property_kind(value) != "override":
        return leaf
    priority = select(value, "priority")
    if isinstance(priority, Unknown):
        return _opaque(leaf.definition, priority, leaf.condition)
    stripped = leaf.definition._replace(value=_content(value))
    return leaf._replace(definition=stripped, priority=priority)


def _with_order(leaf: Leaf) -> Leaf:
    if leaf.definition.order is not None:
        return leaf
    try:
        value = force(leaf.definition.value)
        kind = property_kind(value)
    except Unknowable as stop:
        # Behind a known priority: an order at most, which says little of the value.
        return leaf._replace(definition=leaf.definition._replace(value=stop.unknown))
    except NixError as error:
        if leaf.condition is None:
            raise
        broken = failing(leaf.condition, error)
        return leaf._replace(definition=leaf.definition._replace(value=broken))
    if kind != "order":
        return leaf
    priority = select(value, "priority")
    if isinstance(priority, Unknown):
        raise Unknowable(priority)
    stripped = leaf.definition._replace(value=_content(value), order=priority)
    return leaf._replace(definition=stripped)
