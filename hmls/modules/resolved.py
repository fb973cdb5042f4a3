"""The value that the definitions of an option, or of one key of one, make.

Source: nixpkgs lib/modules.nix, mergeDefinitions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hmls.lang.budget import tick
from hmls.lang.compare import less_than
from hmls.lang.errors import InfiniteRecursion, NixError, Unknowable
from hmls.lang.force import force, make_list
from hmls.lang.show import show
from hmls.lang.values import (
    Attrs,
    Lazy,
    Splice,
    Thunk,
    Unknown,
    UnknownChoice,
    Value,
)
from hmls.modules.definitions import (
    Definition,
    Leaf,
    Loc,
    Status,
    competing,
    discharged,
    in_order,
    strongest_of,
)
from hmls.modules.merged import Merged

if TYPE_CHECKING:
    from hmls.modules.types.base import OptionType


_STEPS = 10
"""Calls of Nix functions that take as long as to merge one option."""


class Resolved:
    """The definitions of one option, or of one key of one, and the value they make."""

    __slots__ = ("_definitions", "_discharged", "_leaves", "_merged", "_type", "loc", "value")

    def __init__(
        self, loc: Loc, option_type: OptionType | Thunk, definitions: list[Definition] | Thunk
    ) -> None:
        self.loc = loc
        self._type = option_type
        self._definitions = definitions
        self._discharged = Thunk(_discharged, self)
        self._leaves = Thunk(_leaves, self)
        self._merged = Thunk(_merged, self)
        self.value: Lazy = Thunk(_value, self)

    @property
    def type(self) -> OptionType:
        """What merges the definitions. Raises NixError."""
        return force(self._type)  # type: ignore[no-any-return]

    @property
    def definitions(self) -> list[Definition]:
        """All definitions in the order of the modules, properties still on. Raises NixError."""
        return demand(self._definitions)  # type: ignore[no-any-return]

    @property
    def leaves(self) -> list[Leaf]:
        """All definitions in order, with what became of them. Raises NixError."""
        return in_order(demand(self._leaves))

    @property
    def merged(self) -> Merged:
        return demand(self._merged)  # type: ignore[no-any-return]

    @property
    def highest_priority(self) -> Any:
        """Of the winners; for this no value is looked at below its override.

        Raises Unknowable where a definition that may exist is stronger.
        """
        live = [leaf for leaf in demand(self._discharged) if leaf.status is not Status.FALSE]
        certain = [leaf.priority for leaf in live if leaf.status is Status.WINS]
        if len(live) == 1 and certain:
            if live[0].broken is not None:
                raise live[0].broken
            return certain[0]
        strongest = strongest_of(certain)
        maybe = _stronger(live, strongest)
        if maybe is not None:
            raise Unknowable(_condition(maybe))
        return strongest

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

    def final(self) -> Value:
        """`definitionsWithLocations`: a list, open where some definition may or may not be."""
        leaves = self.leaves
        certain = strongest_of([leaf.priority for leaf in leaves if leaf.status is Status.WINS])
        stronger = _stronger(leaves, certain)
        if stronger is not None:
            raise Unknowable(_condition(stronger))
        return make_list([_shown(leaf) for leaf in leaves if leaf.in_force])


def demand(lazy: Lazy) -> Value:
    """Force a thunk of this package's own objects; raises Unknowable if it became unknown."""
    value = force(lazy)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return value


def _discharged(resolved: Resolved) -> list[Leaf]:
    definitions = demand(resolved._definitions)
    tick(_STEPS + len(definitions))
    return discharged(definitions)


def _leaves(resolved: Resolved) -> list[Leaf]:
    return competing(demand(resolved._discharged))


def _merged(resolved: Resolved) -> Merged:
    return merge_leaves(resolved.type, resolved.loc, demand(resolved._leaves))


def _value(resolved: Resolved) -> Value:
    return force(demand(resolved._merged).value)


def _shown(leaf: Leaf) -> Attrs | Splice:
    """A definition in force as Nix code sees it."""
    if leaf.status is Status.UNKNOWN:
        return Splice(_condition(leaf))
    return leaf.definition.shown()


def _condition(leaf: Leaf) -> Unknown:
    assert leaf.condition is not None
    return leaf.condition


def _stronger(leaves: list[Leaf], strongest: Any) -> Leaf | None:
    """A definition that may exist and would then put all others out of force."""
    for leaf in leaves:
        if leaf.status is Status.UNKNOWN and (leaf.opaque or less_than(leaf.priority, strongest)):
            return leaf
    return None


def merge_leaves(option_type: OptionType, loc: Loc, leaves: list[Leaf]) -> Merged:
    """The value of definitions of which it is settled which are in force."""
    for leaf in leaves:
        if leaf.condition is not None and leaf.status is Status.LOSES:
            _refuse_failing(leaf.condition)
    doubtful = [leaf for leaf in leaves if leaf.status is Status.UNKNOWN]
    if not doubtful:
        definitions = [leaf.definition for leaf in in_order(leaves) if leaf.status is Status.WINS]
        if not definitions:
            return option_type.merge_nothing(loc)
        return option_type.checked_merge(loc, definitions)
    strongest = strongest_of([leaf.priority for leaf in leaves if leaf.status is Status.WINS])
    stronger = _stronger(leaves, strongest)
    if stronger is None and option_type.keeps_maybe:
        definitions = [leaf.definition for leaf in in_order(leaves) if leaf.in_force]
        try:
            return option_type.checked_merge(loc, definitions)
        except Unknowable:
            # The type cannot leave a gap for what may be missing.
            return _either_way(option_type, loc, leaves, doubtful[0])
    return _either_way(option_type, loc, leaves, stronger or doubtful[0])


def _refuse_failing(condition: Unknown) -> None:
    """Raise Unknowable for the condition of a loser that fails unless others decide about it.

    Nix looks at it, too.
    """
    choice: Value = condition.basis
    try:
        while isinstance(choice, UnknownChoice):
            choice = force(choice.otherwise)
    except InfiniteRecursion:
        return
    except NixError:
        raise Unknowable(condition) from None


def _either_way(option_type: OptionType, loc: Loc, leaves: list[Leaf], leaf: Leaf) -> Merged:
    """The value with a definition that may exist, and without it."""
    if leaf.opaque:
        return _opaque(option_type, loc, leaves, leaf)
    certain = leaf._replace(
        status=Status.WINS, condition=None, definition=leaf.definition._replace(maybe=None)
    )
    then = [certain if found is leaf else _anew(found) for found in leaves]
    return Merged(
        _choice(option_type, loc, leaves, leaf, Thunk(_recompeted, (option_type, loc, then)))
    )


def _choice(
    option_type: OptionType, loc: Loc, leaves: list[Leaf], leaf: Leaf, then: Lazy
) -> UnknownChoice:
    """What a definition of unknown condition makes, or the value without it."""
    condition = leaf.definition.maybe
    assert condition is not None
    without = [_anew(found) for found in leaves if found is not leaf]
    return UnknownChoice(condition, then, Thunk(_recompeted, (option_type, loc, without)))


def _opaque(option_type: OptionType, loc: Loc, leaves: list[Leaf], leaf: Leaf) -> Merged:
    """The value with a definition of which not even the properties are known."""
    unknown = leaf.definition.value
    if leaf.definition.maybe is not None:
        return Merged(_choice(option_type, loc, leaves, leaf, unknown))
    live = [found for found in leaves if found.in_force]
    if len(live) > 1 and option_type.keeps_maybe:
        return Merged(Unknown(lambda: _all(option_type, loc, live), unknown.cause, unknown.site))
    return Merged(unknown)


def _all(option_type: OptionType, loc: Loc, leaves: list[Leaf]) -> str:
    """All definitions together, as a person may read them if none of them is an mkForce."""
    definitions = [leaf.definition for leaf in in_order(leaves)]
    try:
        return show(option_type.checked_merge(loc, definitions).value)
    except (NixError, Unknowable):
        return " ".join(show(definition.value) for definition in definitions)


def _anew(leaf: Leaf) -> Leaf:
    """The leaf before it lost."""
    if leaf.status is not Status.LOSES:
        return leaf
    return leaf._replace(status=Status.WINS if leaf.condition is None else Status.UNKNOWN)


def _recompeted(given: tuple[OptionType, Loc, list[Leaf]]) -> Value:
    option_type, loc, leaves = given
    return force(merge_leaves(option_type, loc, competing(leaves)).value)
