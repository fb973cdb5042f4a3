"""Lists and sets of a type. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from typing import Any

from hmls.lang.errors import Unknowable
from hmls.lang.failing import KIND as MAY_FAIL
from hmls.lang.failing import or_failing
from hmls.lang.force import (
    MISSING,
    attempt,
    expect_attrs,
    expect_list,
    expect_open_list,
    force,
    make_list,
    sorted_names,
)
from hmls.lang.values import (
    AllBut,
    Attrs,
    Lazy,
    OpenAttrs,
    OpenList,
    Splice,
    Thunk,
    Unknown,
    UnknownChoice,
    Value,
)
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.resolved import Resolved
from hmls.modules.types.base import OptionType, phrase, seen, types_merged
from hmls.modules.types.scalars import is_list, is_set


class Container(OptionType):
    """A type around one other type."""

    description_class = "composite"

    def __init__(self, element: OptionType | Thunk) -> None:
        self._element = element

    @property
    def element(self) -> OptionType:
        """The type inside. It may be a thunk until now: types may refer to themselves."""
        return force(self._element)  # type: ignore[no-any-return]

    @property
    def lazy_element(self) -> OptionType | Thunk:
        """The type inside as far as it is known: definitions can be merged without it."""
        return self._element if _known(self._element) is None else self.element

    def around(self, element: OptionType) -> OptionType:
        """The same container of another element type."""
        return type(self)(element)

    @property
    def sub_modules(self) -> list[Lazy] | None:
        found = seen(self.element, "getSubModules")
        return None if found is None else expect_list(found)

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType | None:
        inner = self.element.with_sub_modules(modules)
        return None if inner is None else self.around(inner)

    @property
    def payload(self) -> Value:
        from hmls.modules.types.nix_view import nix_view

        return Attrs({"elemType": nix_view(self.element)})

    def merged_with(self, other: OptionType) -> OptionType | None:
        assert isinstance(other, Container)
        element = types_merged(self.element, other.element)
        return None if element is None else self.around(element)

    @property
    def nested(self) -> dict[str, OptionType]:
        return {"elemType": self.element}

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.element.sub_options(prefix)


def _known(element: OptionType | Thunk) -> OptionType | None:
    """A type that was looked at before. Nix does not look at it to know what is defined."""
    if element.__class__ is not Thunk:
        return element  # type: ignore[return-value]
    return element.value if element.code is None else None


def _presence(resolved: Resolved) -> bool | Unknown:
    """Whether a key or item is there: optionalValue ? value."""
    try:
        return resolved.is_defined
    except Unknowable as stop:
        return stop.unknown


def meta_of(resolved: Resolved) -> Value:
    """The valueMeta that mergeDefinitions gives."""
    from hmls.modules.types.nix_view import nix_view

    meta = force(resolved.merged.meta)
    if not resolved.type.has_v2_merge:
        return Attrs()
    internal = Attrs({"type": nix_view(resolved.type)})
    return Attrs({**(meta if isinstance(meta, Attrs) else {}), "_internal": internal})


class ListOf(Container):
    """types.listOf."""

    name = "listOf"
    has_v2_merge = True
    keeps_maybe = True

    @property
    def description(self) -> str:
        return f"list of {phrase(self.element, 'noun', 'composite')}"

    @property
    def empty_value(self) -> Lazy:
        return []

    def accepts(self, value: Value) -> bool:
        return is_list(value)

    def verdict(self, value: Value) -> bool | None:
        return None if isinstance(value, list | OpenList | Unknown) else False

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.element.sub_options((*prefix, "*"))

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return Merged(
            Thunk(_list_value, (self, loc, definitions)),
            error=self.error_of(definitions),
            meta=Thunk(_list_meta, (self, loc, definitions)),
        )


def _list_value(given: tuple[ListOf, Loc, list[Definition]]) -> Value:
    option_type, loc, definitions = given
    element = option_type.lazy_element
    known = _known(element)
    items: list[Any] = []
    for number, definition in enumerate(definitions, 1):
        found = force(definition.value)
        if definition.maybe is not None:
            items.append(Splice(UnknownChoice(definition.maybe, found, [])))
            continue
        if isinstance(found, Unknown):
            items.append(Splice(found))
            continue
        index = 0
        for lazy in expect_open_list(found):
            index += 1
            if lazy.__class__ is Splice:
                items.append(lazy)
                continue
            value = force(lazy)
            if known is not None and known.verdict(value):
                items.append(value)
                continue
            resolved = item_of(loc, element, definition, number, index, value)
            presence = _presence(resolved)
            if isinstance(presence, Unknown):
                # It is one item, if it is none of those that mkIf takes away.
                text = f"({presence.text})" if " " in presence.text else presence.text
                items.append(Splice(Unknown(f"[ {text} ]", presence.cause, presence.site)))
            elif presence:
                items.append(resolved.value)
    return make_list(items)


def item_of(
    loc: Loc,
    element: OptionType | Thunk,
    definition: Definition,
    number: int,
    index: int,
    value: Lazy,
) -> Resolved:
    """An item of one definition of a list, both counted from 1."""
    inner = (*loc, f"[definition {number}-entry {index}]")
    return Resolved(inner, element, [definition.of(value)])


def _list_meta(given: tuple[ListOf, Loc, list[Definition]]) -> Value:
    option_type, loc, definitions = given
    found: list[Lazy] = []
    for number, definition in enumerate(definitions, 1):
        for index, lazy in enumerate(force(definition.value), 1):
            resolved = item_of(loc, option_type.lazy_element, definition, number, index, lazy)
            if resolved.is_defined:
                found.append(Thunk(meta_of, resolved))
    return Attrs({"list": found})


class AttrsOf(Container):
    """types.attrsWith: attrsOf and lazyAttrsOf."""

    has_v2_merge = True
    keeps_maybe = True

    def __init__(
        self, element: OptionType | Thunk, *, lazy: bool = False, placeholder: str = "name"
    ) -> None:
        super().__init__(element)
        self.lazy = lazy
        self.placeholder = placeholder
        self.name = "lazyAttrsOf" if lazy else "attrsOf"

    @property
    def functor_name(self) -> str:
        return "attrsWith"

    @property
    def description(self) -> str:
        kind = "lazy attribute set" if self.lazy else "attribute set"
        return f"{kind} of {phrase(self.element, 'noun', 'composite')}"

    def around(self, element: OptionType) -> OptionType:
        return AttrsOf(element, lazy=self.lazy, placeholder=self.placeholder)

    @property
    def empty_value(self) -> Lazy:
        return Attrs()

    def accepts(self, value: Value) -> bool:
        return is_set(value)

    def verdict(self, value: Value) -> bool | None:
        return None if isinstance(value, Attrs | Unknown) else False

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.element.sub_options((*prefix, f"<{self.placeholder}>"))

    @property
    def payload(self) -> Value:
        made = Attrs(super().payload)
        made.update({"lazy": self.lazy, "placeholder": self.placeholder})
        return made

    def merged_with(self, other: OptionType) -> OptionType | None:
        assert isinstance(other, AttrsOf)
        placeholders = {self.placeholder, other.placeholder} - {"name"}
        element = types_merged(self.element, other.element)
        if element is None or other.lazy != self.lazy or len(placeholders) > 1:
            return None
        placeholder = placeholders.pop() if placeholders else "name"
        return AttrsOf(element, lazy=self.lazy, placeholder=placeholder)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        error = self.error_of(definitions)
        keys = Thunk(_keys, (loc, self, definitions))

        def part(name: str) -> Resolved | None:
            found: _Keys = force(keys)
            return found.resolved(name)

        return Merged(Thunk(_attrs_value, (self, keys)), part, error, Thunk(_attrs_meta, keys))


def _keys(given: tuple[Loc, AttrsOf, list[Definition]]) -> _Keys:
    loc, option_type, definitions = given
    return _Keys(loc, option_type.lazy_element, definitions)


class _Keys:
    """The definitions of a set of a type, by key."""

    __slots__ = ("_resolved", "by_key", "element", "loc", "rest")

    def __init__(
        self, loc: Loc, element: OptionType | Thunk, definitions: list[Definition]
    ) -> None:
        self.loc = loc
        self.element = element
        self.rest: Unknown | None = None
        """Why other keys may exist."""
        self.by_key: dict[str, list[Definition]] = {}
        self._resolved: dict[str, Resolved] = {}
        by_key = self.by_key
        partial: list[tuple[Definition, Value]] = []
        for definition in definitions:
            value = _opened(force(definition.value))
            if isinstance(value, Unknown | OpenAttrs):
                partial.append((definition, value))
                if isinstance(value, Unknown):
                    continue
            positions, site = value.positions, definition.site
            file, maybe, origin = definition.file, definition.maybe, definition.origin
            around = definition.around
            for name, lazy in expect_attrs(value).items():
                inner = Definition(file, lazy, positions.get(name, site), maybe, origin)
                if around is not None:
                    inner = inner._replace(around=around)
                found = by_key.get(name)
                if found is None:
                    by_key[name] = [inner]
                else:
                    found.append(inner)
        for definition, value in partial:
            self._add_unknown(definition, value)

    def _add_unknown(self, definition: Definition, value: Value) -> None:
        """An unknown set may define any key that it is not known to lack, at any priority."""
        rest = value.rest if isinstance(value, OpenAttrs) else value
        doubtful = isinstance(value, Unknown) or not isinstance(value.absent, AllBut)
        if doubtful:
            self.rest = self.rest or rest
        names = self.by_key if doubtful else {*self.by_key, *value.absent.names}
        for name in list(names):
            if isinstance(value, OpenAttrs) and (name in value or name in value.absent):
                continue
            unknown = rest.select(name)
            inner = Definition(
                definition.file, unknown, definition.site, unknown, around=definition.around
            )
            self.by_key.setdefault(name, []).append(inner)

    def resolved(self, name: str) -> Resolved | None:
        found = self._resolved.get(name)
        if found is None:
            definitions = self.by_key.get(name)
            if definitions is None:
                return None
            found = Resolved((*self.loc, name), self.element, definitions)
            self._resolved[name] = found
        return found

    def part(self, name: str) -> tuple[bool | Unknown, Lazy]:
        """Whether a key is there at all, and its value."""
        definitions = self.by_key[name]
        if len(definitions) == 1 and definitions[0].maybe is None:
            value = force(definitions[0].value)
            known = _known(self.element)
            if known is not None and known.verdict(value):
                return True, value
        resolved = self.resolved(name)
        assert resolved is not None
        return _presence(resolved), resolved.value

    def look_at(self, name: str, presence: bool | Unknown) -> None:
        """Raise Unknowable if what Nix evaluates to know whether a key is there may fail."""
        found = self._resolved.get(name)
        looked_at: list[Value] = [presence]
        if presence is True and found is not None:
            looked_at = [force(leaf.definition.value) for leaf in found.leaves if leaf.in_force]
        for value in looked_at:
            seen = or_failing(value)
            if isinstance(seen, Unknown) and seen.cause.kind == MAY_FAIL:
                raise Unknowable(seen)

    def lazy_part(self, name: str) -> tuple[bool | Unknown, Lazy]:
        """The same of a lazy set, where a key is there even if its definitions are not."""
        value = Thunk(_lazy_value, (self, name))
        presence: bool | Unknown = True
        for definition in self.by_key[name]:
            if definition.maybe is None:
                return True, value
            presence = definition.maybe
        return presence, value


def _opened(value: Value) -> Value:
    """One of two sets that are known has the names of either, and no others."""
    if not isinstance(value, UnknownChoice):
        return value
    names = _possible_names(value)
    return value if names is None else OpenAttrs((), value, absent=AllBut(names))


def _possible_names(lazy: Lazy) -> frozenset[str] | None:
    value = attempt(lazy)
    if isinstance(value, UnknownChoice):
        left = _possible_names(value.then)
        right = None if left is None else _possible_names(value.otherwise)
        return None if left is None or right is None else left | right
    # A set with a `_type` may be any property.
    return frozenset(value) if value.__class__ is Attrs and "_type" not in value else None


def _lazy_value(given: tuple[_Keys, str]) -> Value:
    keys, name = given
    presence, value = keys.part(name)
    if presence is False:
        empty = force(keys.element).empty_value
        if empty is not MISSING:
            return force(empty)
    return force(value)


def _attrs_value(given: tuple[AttrsOf, Thunk]) -> Value:
    option_type, thunk = given
    keys: _Keys = force(thunk)
    made: dict[str, Lazy] = {}
    doubtful: dict[str, tuple[Unknown, Lazy]] = {}
    for name in sorted_names(Attrs(keys.by_key)):
        presence, value = keys.lazy_part(name) if option_type.lazy else keys.part(name)
        if not option_type.lazy:
            keys.look_at(name, presence)
        if isinstance(presence, Unknown):
            doubtful[name] = (presence, value)
        elif presence:
            made[name] = value
    if keys.rest is not None:
        gone = frozenset(keys.by_key.keys() - made.keys() - doubtful.keys())
        return OpenAttrs(made, keys.rest, absent=gone)
    if not doubtful:
        return Attrs(made)
    return OpenAttrs(made, _in_doubt(keys, doubtful), absent=AllBut([*made, *doubtful]))


def _in_doubt(keys: _Keys, doubtful: dict[str, tuple[Unknown, Lazy]]) -> Unknown:
    """The keys that may be there, those of the first condition as they would be."""
    condition = next(iter(doubtful.values()))[0]
    first = {name: value for name, (presence, value) in doubtful.items() if presence is condition}
    unconditional = {
        name: presence
        for name, (presence, _) in doubtful.items()
        if all(_is_written_plainly(definition) for definition in keys.by_key[name])
    }
    every = len(unconditional) == len(doubtful)
    return _Doubtful(condition, first, doubtful, unconditional, every=every)


def _is_written_plainly(definition: Definition) -> bool:
    """Whether a definition is an unknown value, which no condition was written for."""
    if definition.maybe is not None:
        return False
    return force(definition.value).__class__ is Unknown


class _Doubtful(UnknownChoice):
    """Keys that may be there. A value that is unknown may be mkIf false, though it hardly is:

    such a key reads as what was written, not as a condition that nobody wrote.
    """

    __slots__ = ("doubtful", "every", "unconditional")

    def __init__(
        self,
        condition: Unknown,
        first: dict[str, Lazy],
        doubtful: dict[str, tuple[Unknown, Lazy]],
        unconditional: dict[str, Unknown],
        *,
        every: bool,
    ) -> None:
        UnknownChoice.__init__(self, condition, Attrs(first), Attrs())
        self.doubtful = doubtful
        self.unconditional = unconditional
        self.every = every

    def select(self, name: str) -> Unknown:
        found = self.unconditional.get(name)
        if found is not None:
            return found
        if name not in self.doubtful:
            return UnknownChoice.select(self, name)
        condition, _ = self.doubtful[name]
        unset = Unknown("unset", condition.cause)
        return UnknownChoice(condition, Thunk(_if_there, self.doubtful[name]), unset)

    def _both(self) -> str:
        from hmls.lang.show import show

        return show(Attrs(self.unconditional), 400) if self.every else UnknownChoice._both(self)


def _if_there(given: tuple[Unknown, Lazy]) -> Value:
    """A value of a key where the condition is true, on which it depends itself."""
    condition, lazy = given
    value = force(lazy)
    if isinstance(value, UnknownChoice) and value.condition.text == condition.text:
        return force(value.then)
    return value


def _attrs_meta(thunk: Thunk) -> Value:
    keys: _Keys = force(thunk)
    metas = {name: Thunk(meta_of, keys.resolved(name)) for name in keys.by_key}
    return Attrs({"attrs": Attrs(metas)})
