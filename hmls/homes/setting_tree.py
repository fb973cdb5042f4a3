"""The configuration of one target as a tree: at each path a value, and the definitions of it.

The values are those of `config`; the definitions come from wherever a path leads: levels of
options, options, keys of their values, sets that a type merges as a whole, and paths that
only modules declare which were not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from hmls.homes.plain import DEEP, MAX_LEVELS, is_plain_set
from hmls.lang.budget import tick
from hmls.lang.combine import concat
from hmls.lang.compare import equal
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, expect_open_list, force, get_lazy
from hmls.lang.show import show
from hmls.lang.values import (
    Attrs,
    Cause,
    Lazy,
    OpenAttrs,
    OpenList,
    Site,
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
    property_kind,
)
from hmls.modules.evaluation import Evaluation
from hmls.modules.level import Level
from hmls.modules.option_value import Option, Undeclared
from hmls.modules.outside import strongest_priority
from hmls.modules.parts import Part, may_define, push_down
from hmls.modules.resolved import Resolved
from hmls.modules.system import ModuleSystem

UNTYPED = Cause("undeclared", "no module that was read declares it, so its type is not known")
_DIFFERENT = Cause("undeclared", "it has several values, and its type is not known")


class Failed(NamedTuple):
    """A value that cannot be had: Nix's error."""

    error: NixError


class Open:
    """Definitions of a path that only modules declare which were not read.

    `doubt` says that a stronger definition of a set around it may hide these: whether it
    does depends on which of the sets is the option.
    """

    __slots__ = ("_children", "_leaves", "_level", "definitions", "doubt", "lazy", "loc", "system")

    def __init__(
        self, system: ModuleSystem, loc: Loc, definitions: list[Definition], *, doubt: bool = False
    ) -> None:
        self.system = system
        self.loc = loc
        self.definitions = definitions
        self.doubt = doubt
        self._level: Level | None = None
        self._leaves: list[Leaf] | None = None
        self._children: dict[str, Open] = {}
        self.lazy = Thunk(_value_of, self)
        """`value`, made once: each level of nested sets asks for all below it."""

    @property
    def leaves(self) -> list[Leaf]:
        """Raises NixError."""
        if self._leaves is None:
            self._leaves = in_order(competing(discharged(self.definitions)))
        return self._leaves

    @property
    def level(self) -> Level:
        if self._level is None:
            self._level = Level(self.system, self.loc, [], Thunk(_parts, self.definitions))
        return self._level

    @property
    def value(self) -> Value:
        """What the definitions make if they are all. Raises NixError, Unknowable."""
        if len(self.loc) > MAX_LEVELS:
            return Unknown("…", DEEP)
        leaves = self.leaves
        live = [leaf for leaf in leaves if leaf.in_force]
        for leaf in live:
            if leaf.status is Status.UNKNOWN:
                assert leaf.condition is not None
                if leaf.opaque or len(live) > 1:
                    return Unknown(leaf.condition.text, leaf.condition.cause, leaf.condition.site)
                return UnknownChoice(leaf.condition, leaf.definition.value, Attrs())
        if not live:
            return MISSING
        values = [force(leaf.definition.value) for leaf in live]
        if all(is_plain_set(value) for value in values):
            return self._set() if any(values) else values[0]
        if all(isinstance(value, list | OpenList) for value in values):
            return _joined(values)
        if all(equal(value, values[0]) for value in values[1:]):
            return values[0]
        return Unknown(lambda: " and ".join(show(value, 2000) for value in values), _DIFFERENT)

    def child(self, name: str) -> Open:
        """The same of a name in the set that is here. Raises NixError, Unknowable."""
        found = self._children.get(name)
        if found is None:
            doubt = self.doubt or any(leaf.status is Status.LOSES for leaf in self.leaves)
            found = Open(self.system, (*self.loc, name), self.level.raw.of(name), doubt=doubt)
            self._children[name] = found
        return found

    def _set(self) -> Value:
        raw = self.level.raw
        tick(10 * len(raw.by_name) + 1)
        children = {name: self.child(name) for name in sorted(raw.by_name)}
        known = {name: child.lazy for name, child in children.items()}
        kept = {name: lazy for name, lazy in known.items() if force(lazy) is not MISSING}
        return Attrs(kept) if raw.rest is None else OpenAttrs(kept, raw.rest)


def _value_of(node: Open) -> Value:
    return node.value


def _parts(definitions: list[Definition]) -> list[Part]:
    parts: list[Part] = []
    for definition in definitions:
        push_down(definition, parts)
    return parts


def _joined(values: list[Value]) -> Value:
    joined: Value = values[0]
    for value in values[1:]:
        joined = concat(joined, value)
    return joined


Node: TypeAlias = "Evaluation | Level | Option | Resolved | Open | None"
Look: TypeAlias = "Value | Failed"
"""A forced value, MISSING, or why there is none."""


class Carried(NamedTuple):
    """A definition of a set further up, as far as it goes here, and the priority it lost to."""

    leaf: Leaf
    beaten_by: int | None


class Point:
    """One path of the tree."""

    __slots__ = (
        "_by_name", "_leaves", "carried", "is_guessed", "node", "option", "path", "seen", "value",
    )  # fmt: skip

    def __init__(
        self,
        path: Loc,
        node: Node,
        value: Lazy | Failed,
        option: Option | None = None,
        carried: tuple[Carried, ...] = (),
        seen: Lazy | Failed = MISSING,
    ) -> None:
        self.path = path
        self.node = node
        self.value = value
        self.seen = seen
        """The value as far as it is certain with modules that were not read."""
        self.option = node if isinstance(node, Option) else option
        """The nearest option on the way."""
        self.carried = carried
        self._leaves: list[Carried] | None = None
        self._by_name: dict[str, list[int]] | None = None
        self.is_guessed = False
        """Whether the value is what the definitions make if they are all."""

    def look(self) -> Look:
        """The value, forced; never raises."""
        return _looked(self.value)

    @property
    def leaves(self) -> list[Carried]:
        """All definitions here: first those of the node, in their order."""
        if self._leaves is None:
            own = self._own_leaves()
            beaten_by = strongest_priority(own)
            self._leaves = [*(Carried(leaf, beaten_by) for leaf in own), *self.carried]
        return self._leaves

    def _leaves_of(self, name: str) -> list[Carried]:
        """Those of the definitions that may say anything of a name in them, in their order."""
        leaves = self.leaves
        if len(leaves) < _MANY:
            return leaves
        if self._by_name is None:
            self._by_name = {}
            for number, found in enumerate(leaves):
                for each in _plain_names(found.leaf.definition.value):
                    self._by_name.setdefault(each, []).append(number)
        numbers = {*self._by_name.get(name, ()), *self._by_name.get(_ANY, ())}
        return [leaves[number] for number in sorted(numbers)]

    def _own_leaves(self) -> list[Leaf]:
        node = self.node
        if node is None or isinstance(node, Level | Evaluation):
            return []
        try:
            if isinstance(node, Option):
                return node.resolved.leaves
            return node.leaves
        except NixError as error:
            why = Unknown(f"«error: {error.message}»", Cause("error", error.message))
        except Unknowable as stop:
            why = stop.unknown
        return [Leaf(d, None, Status.UNKNOWN, why, opaque=True) for d in _all_definitions(node)]

    @property
    def evaluation(self) -> Evaluation | None:
        """That of a submodule."""
        try:
            if isinstance(self.node, Option):
                return None if self.node.has_apply else self.node.merged.evaluation
            if isinstance(self.node, Resolved):
                return self.node.merged.evaluation
        except (NixError, Unknowable):
            pass
        return None

    def child(self, name: str) -> Point:
        """The path one name further."""
        path = (*self.path, name)
        guessed = self.is_guessed and isinstance(self.node, Open)
        value = MISSING if guessed else self._below(name)
        part: Any = None
        try:
            part = self._part(name)
        except (NixError, Unknowable):
            part = None
        if isinstance(self.node, Open) and part is not None:
            # Its definitions are pushed down whole, with those that are not in force.
            carried: tuple[Carried, ...] = ()
        else:
            leaves = self._leaves_of(name)
            if part is not None:
                leaves = [found for found in leaves if not found.leaf.in_force]
            projected = list(_projected(leaves, name))
            if part is None and isinstance(self.look(), Unknown):
                projected = _competing(projected)
            carried = tuple(projected)
        seen = _selected(_looked(self.seen), name)
        found = Point(path, part, value, self.option, carried, seen)
        if isinstance(part, Open) and (guessed or _is_open(value)):
            found.value = part.lazy
            found.is_guessed = True
        return found

    def _part(self, name: str) -> Any:
        """The node of a name, None where the value is merged as a whole."""
        node = self.node
        if isinstance(node, Evaluation | Level):
            level = node.root if isinstance(node, Evaluation) else node
            found = node.part(name)
            if isinstance(found, Undeclared):
                return Open(level.system, (*self.path, name), _given(found))
            if found is None:
                return Open(level.system, (*self.path, name), level.raw.of(name))
            return found
        if isinstance(node, Open):
            return node.child(name)
        found = None
        if isinstance(node, Option):
            found = node.part(name)
        elif isinstance(node, Resolved):
            part = node.merged.part
            found = None if part is None else part(name)
        if isinstance(found, Undeclared):
            inner = self.evaluation
            # Only a submodule has levels of its own.
            return None if inner is None else Open(inner.system, (*self.path, name), _given(found))
        return found

    def _below(self, name: str) -> Lazy | Failed:
        return _selected(self.look(), name)


def root_point(evaluation: Evaluation) -> Point:
    """The whole configuration of a target. Raises NixError, Unknowable."""
    return Point((), evaluation, evaluation.raw_config, seen=evaluation.seen_config)


def _looked(lazy: Lazy | Failed) -> Look:
    if lazy is MISSING or isinstance(lazy, Failed):
        return lazy
    try:
        return force(lazy)
    except Unknowable as stop:
        return stop.unknown
    except NixError as error:
        return Failed(error)


_MANY = 16
"""Definitions of one set from which on it is worth to know which names each of them has."""
_ANY = "\0"
"""Stands for all names: no attribute is called so."""


def _plain_names(lazy: Lazy) -> Iterable[str]:
    """The names of a set that is all that it says it is; `_ANY` for what may have any name."""
    try:
        value = force(lazy)
        if value.__class__ is Attrs and property_kind(value) is None:
            return value
    except (NixError, Unknowable):
        pass
    return (_ANY,)


def names_of(lazy: Lazy) -> list[str] | None:
    """The names of a set, looking through mkIf and the like; None for what is none."""
    try:
        value = force(lazy)
        kind = property_kind(value)
        if kind == "merge":
            inner = [names_of(i) for i in expect_open_list(value["contents"]) if not _splice(i)]
            return [name for names in inner for name in names or ()]
        if kind in ("if", "override", "order"):
            return names_of(value["content"])
        if kind == "definition":
            return names_of(value["value"])
    except (NixError, Unknowable):
        return None
    return list(value) if is_plain_set(value) else None


def _splice(item: object) -> bool:
    return item.__class__ is Splice


def _all_definitions(node: Option | Resolved | Open) -> list[Definition]:
    try:
        return list(node.given if isinstance(node, Option) else node.definitions)
    except (NixError, Unknowable):
        return []


def _given(undeclared: Undeclared) -> list[Definition]:
    try:
        return undeclared.given
    except (NixError, Unknowable):
        return []


def _is_open(value: Lazy | Failed) -> bool:
    """Whether `config` says nothing of a path itself, because its module was not read."""
    if value is MISSING or isinstance(value, Failed):
        return False
    try:
        return isinstance(force(value), Unknown)
    except (NixError, Unknowable):
        return False


def _selected(value: Look, name: str) -> Lazy | Failed:
    """The attribute of a value; MISSING where there is none."""
    if value is MISSING or isinstance(value, Failed):
        return value
    if isinstance(value, Attrs):
        return get_lazy(value, name)
    if isinstance(value, UnknownChoice):
        return _chosen(value, name)
    return value.select(name) if isinstance(value, Unknown) else MISSING


def _chosen(value: UnknownChoice, name: str) -> Lazy:
    """The attribute of either of two values, where both have it."""
    try:
        then, otherwise = force(value.then), force(value.otherwise)
        if isinstance(then, Attrs) and isinstance(otherwise, Attrs):
            left, right = get_lazy(then, name), get_lazy(otherwise, name)
            if left is not MISSING and right is not MISSING:
                return UnknownChoice(value.condition, left, right)
            if left is not MISSING:
                return UnknownChoice(value.condition, left, Unknown("unset", UNTYPED))
    except (NixError, Unknowable):
        pass
    return value.select(name)


def _projected(leaves: list[Carried], name: str) -> Iterator[Carried]:
    """What the definitions of a set say of one of its names."""
    for leaf, beaten_by in leaves:
        definition = leaf.definition
        for value, site, status, priority in _attributes(definition.value, name, leaf.status):
            projected = leaf._replace(
                definition=definition.of(value, site),
                status=status,
                priority=leaf.priority if priority is None else priority,
            )
            yield Carried(projected, beaten_by)


def _competing(found: list[Carried]) -> list[Carried]:
    """Which of them win by their own priorities, where the type that decides is out of reach."""
    strongest = strongest_priority([each.leaf for each in found])
    if strongest is None:
        return found
    return [
        Carried(leaf._replace(status=Status.LOSES), strongest)
        if leaf.status is Status.WINS and leaf.priority != strongest
        else Carried(leaf, beaten_by)
        for leaf, beaten_by in found
    ]


def _attributes(
    lazy: Lazy, name: str, status: Status
) -> Iterator[tuple[Lazy, Site | None, Status, int | None]]:
    """The attribute with place and priority, once for each set that mkMerge puts together."""
    try:
        value = force(lazy)
        kind = property_kind(value)
        if kind == "merge":
            for item in expect_open_list(value["contents"]):
                if not _splice(item):
                    yield from _attributes(item, name, status)
            return
        if kind in ("if", "override", "order", "definition"):
            inner = value["value" if kind == "definition" else "content"]
            if kind == "if" and force(value["condition"]) is False:
                status = Status.FALSE
            yield from _attributes(inner, name, status)
            return
    except Unknowable as stop:
        value = stop.unknown
    except NixError:
        return
    if isinstance(value, Unknown):
        if may_define(value, name):
            yield value.select(name), value.site, status, None
    elif isinstance(value, Attrs) and name in value:
        inner, priority, own = _stripped(value[name])
        counts = own if status is Status.WINS else status
        yield inner, value.positions.get(name), counts, priority
    elif isinstance(value, OpenAttrs) and name not in value.absent:
        yield value.rest.select(name), None, status, None


def _stripped(lazy: Lazy) -> tuple[Lazy, int | None, Status]:
    """A value without mkForce, mkIf and the like around it, its priority, and if it counts."""
    priority: int | None = None
    status = Status.WINS
    try:
        while (kind := property_kind(value := force(lazy))) in ("override", "if", "order"):
            lazy = value["content"]
            if kind == "override":
                found = force(value["priority"])
                priority = found if isinstance(found, int) else None
            elif kind == "if" and status is not Status.FALSE:
                status = _of_condition(value["condition"])
    except (NixError, Unknowable):
        pass
    return lazy, priority, status


def _of_condition(condition: Lazy) -> Status:
    try:
        value = force(condition)
    except (NixError, Unknowable):
        return Status.UNKNOWN
    if isinstance(value, Unknown):
        return Status.UNKNOWN
    return Status.WINS if value else Status.FALSE


__all__ = ["Carried", "Failed", "Look", "Node", "Open", "Point", "names_of", "root_point"]
