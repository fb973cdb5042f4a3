"""Lists and sets of a type. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from dataclasses import replace

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, delayed, expect_attrs, force, names, sorted_names
from hmls.lang.values import (
    AllBut,
    Attrs,
    Lazy,
    OpenAttrs,
    OpenList,
    Splice,
    Thunk,
    Unknown,
    Value,
)
from hmls.modules.definitions import Definition, Loc, Resolved, Status
from hmls.modules.merged import Merged
from hmls.modules.types.base import OptionType, phrase
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

    def around(self, element: OptionType) -> OptionType:
        """The same container of another element type."""
        return type(self)(element)

    @property
    def sub_modules(self) -> list[Lazy] | None:
        return self.element.sub_modules

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType:
        return self.around(self.element.with_sub_modules(modules))

    def merged_with(self, other: OptionType) -> OptionType | None:
        if not isinstance(other, Container) or other.name != self.name:
            return None
        element = self.element.merged_with(other.element)
        return None if element is None else self.around(element)

    @property
    def nested(self) -> dict[str, OptionType]:
        return {"elemType": self.element}

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.element.sub_options(prefix)


class ListOf(Container):
    """types.listOf."""

    name = "listOf"
    has_v2_merge = True

    @property
    def description(self) -> str:
        return f"list of {phrase(self.element, 'noun', 'composite')}"

    @property
    def empty_value(self) -> Lazy:
        return []

    def accepts(self, value: Value) -> bool:
        return is_list(value)

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.element.sub_options((*prefix, "*"))

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        error = self.error_of(definitions)
        if error is not None:
            return Merged(delayed(lambda: self._items(loc, definitions)), error=error)
        return Merged(delayed(lambda: self._items(loc, definitions)))

    def _items(self, loc: Loc, definitions: list[Definition]) -> Value:
        items: list[Lazy] = []
        is_open = False
        for number, definition in enumerate(definitions, 1):
            found = force(definition.value)
            if isinstance(found, Unknown) or definition.maybe is not None:
                items.append(Splice(definition.maybe or found))
                is_open = True
                continue
            given = found.items if isinstance(found, OpenList) else found
            for index, lazy in enumerate(given, 1):
                if lazy.__class__ is Splice:
                    items.append(lazy)
                    is_open = True
                    continue
                item = Definition(definition.file, lazy, definition.site)
                resolved = Resolved(
                    (*loc, f"[definition {number}-entry {index}]"), self.element, [item]
                )
                presence = _presence(resolved)
                if isinstance(presence, Unknown):
                    items.append(Splice(presence))
                    is_open = True
                elif presence:
                    items.append(resolved.value)
        return OpenList(items) if is_open else items


def _presence(resolved: Resolved) -> bool | Unknown:
    """Whether a key or item is there: optionalValue ? value."""
    try:
        return resolved.is_defined
    except Unknowable as stop:
        return stop.unknown


class NonEmptyListOf(ListOf):
    """types.nonEmptyListOf."""

    @property
    def description(self) -> str:
        return f"non-empty ({super().description})"

    @property
    def empty_value(self) -> Lazy:
        return MISSING

    def error_of(self, definitions: list[Definition]) -> str | None:
        from hmls.modules.messages import show_definitions

        error = super().error_of(definitions)
        if error is not None:
            return error
        empty = [d for d in definitions if force(d.value) == []]
        return f"Definition values: {show_definitions(empty)}" if empty else None

    def accepts(self, value: Value) -> bool:
        return super().accepts(value) and value != []


class AttrsOf(Container):
    """types.attrsWith: attrsOf and lazyAttrsOf."""

    has_v2_merge = True

    def __init__(
        self, element: OptionType | Thunk, *, lazy: bool = False, placeholder: str = "name"
    ) -> None:
        super().__init__(element)
        self.lazy = lazy
        self.placeholder = placeholder

    @property
    def name(self) -> str:  # type: ignore[override]
        return "lazyAttrsOf" if self.lazy else "attrsOf"

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

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.element.sub_options((*prefix, f"<{self.placeholder}>"))

    def merged_with(self, other: OptionType) -> OptionType | None:
        if not isinstance(other, AttrsOf) or other.lazy != self.lazy:
            return None
        placeholders = {self.placeholder, other.placeholder} - {"name"}
        element = self.element.merged_with(other.element)
        if element is None or len(placeholders) > 1:
            return None
        placeholder = placeholders.pop() if placeholders else "name"
        return AttrsOf(element, lazy=self.lazy, placeholder=placeholder)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        error = self.error_of(definitions)
        keys = delayed(lambda: _Keys(loc, self.element, definitions))

        def part(name: str) -> Resolved | None:
            found: _Keys = force(keys)
            return found.resolved.get(name)

        return Merged(delayed(lambda: self._attrs(force(keys))), part, error)

    def _attrs(self, keys: _Keys) -> Value:
        made = Attrs()
        rest = keys.rest
        for name, resolved in keys.resolved.items():
            if self.lazy:
                made[name] = delayed(lambda resolved=resolved: self._lazy_value(resolved))  # type: ignore[misc]
                continue
            presence = _presence(resolved)
            if isinstance(presence, Unknown):
                rest = rest or presence
            elif presence:
                made[name] = resolved.value
        made.positions = {
            name: site
            for name, resolved in keys.resolved.items()
            if (site := resolved.definitions[-1].site) is not None
        }
        if rest is None:
            return made
        if keys.rest is None:
            in_doubt = keys.resolved.keys() - made.keys()
            return OpenAttrs(made, rest, made.positions, AllBut(in_doubt))
        return OpenAttrs(made, rest, made.positions)

    def _lazy_value(self, resolved: Resolved) -> Value:
        """A key of a lazy set is there even if its definitions are not."""
        if not any(leaf.status in (Status.WINS, Status.UNKNOWN) for leaf in resolved.leaves):
            empty = self.element.empty_value
            if empty is not MISSING:
                return force(empty)
        return force(resolved.value)


class _Keys:
    """The definitions of a set of a type, by key."""

    def __init__(self, loc: Loc, element: OptionType, definitions: list[Definition]) -> None:
        by_key: dict[str, list[Definition]] = {}
        self.rest: Unknown | None = None
        for definition in definitions:
            value = force(definition.value)
            if isinstance(value, Unknown):
                self.rest = self.rest or value
                continue
            if isinstance(value, OpenAttrs):
                self.rest = self.rest or value.rest
            for name, lazy in expect_attrs(value).items():
                site = value.positions.get(name, definition.site)
                inner = replace(definition, value=lazy, site=site)
                by_key.setdefault(name, []).append(inner)
        if self.rest is not None:
            # An unknown set may define any key, at any priority.
            unknown = Definition("", self.rest, None, self.rest)
            for found in by_key.values():
                found.append(unknown)
        order = sorted_names(Attrs(dict.fromkeys(by_key)))
        self.resolved = {name: Resolved((*loc, name), element, by_key[name]) for name in order}


class AttrTag(OptionType):
    """types.attrTag: a set with exactly one of some keys, each an option."""

    name = "attrTag"
    description_class = "noun"

    def __init__(self, tags: Attrs) -> None:
        self.tags = tags

    @property
    def description(self) -> str:
        return f"attribute-tagged union with choices: {self._choices()}"

    def _choices(self) -> str:
        from hmls.lang.values import quote_attribute

        return ", ".join(quote_attribute(name) for name in names(self.tags))

    def accepts(self, value: Value) -> bool:
        return is_set(value) and len(found := names(value)) == 1 and found[0] in self.tags

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        from hmls.lang.values import quote_attribute
        from hmls.modules.messages import show_files, show_option
        from hmls.modules.option_value import tag_value
        from hmls.modules.types.base import refuse_maybe

        refuse_maybe(definitions)
        choice = names(force(definitions[0].value))[0]
        inner: list[Definition] = []
        for definition in definitions:
            value = expect_attrs(definition.value)
            other = names(value)[0]
            if other != choice:
                files = show_files(d.file for d in definitions)
                raise NixError(
                    f"The option `{show_option(loc)}` is defined both as `{choice}` and "
                    f"`{other}`, in {files}."
                )
            site = value.positions.get(choice, definition.site)
            inner.append(replace(definition, value=value[choice], site=site))
        if choice not in self.tags:
            files = show_files(d.file for d in definitions)
            quoted = quote_attribute(choice)
            raise NixError(
                f"The option `{show_option(loc)}` is defined as {quoted}, but {quoted} is not "
                f"among the valid choices ({self._choices()}). Value {choice} was defined in "
                f"{files}."
            )
        resolved, value = tag_value((*loc, choice), self.tags[choice], inner)
        return Merged(Attrs({choice: value}), lambda name: resolved if name == choice else None)

    @property
    def nested(self) -> dict[str, OptionType]:
        return {}

    def sub_options(self, prefix: Loc) -> Lazy:
        return Attrs(
            {
                name: delayed(
                    lambda name=name: Attrs(  # type: ignore[misc]
                        {**expect_attrs(self.tags[name]), "loc": [*prefix, name]}
                    )
                )
                for name in self.tags
            }
        )


class AttrListOf(Container):
    """types.attrListWith: single-key sets in an order, from lists or sets."""

    name = "attrListOf"
    has_v2_merge = True

    def __init__(
        self, element: OptionType | Thunk, *, as_attrs: bool = False, merge_values: Value = None
    ) -> None:
        super().__init__(element)
        self.as_attrs = as_attrs
        self.merge_values = merge_values

    @property
    def description(self) -> str:
        return f"attribute list of {phrase(self.element, 'noun', 'composite')}"

    def around(self, element: OptionType) -> OptionType:
        return AttrListOf(element, as_attrs=self.as_attrs, merge_values=self.merge_values)

    def merged_with(self, _other: OptionType) -> OptionType | None:
        return None

    @property
    def empty_value(self) -> Lazy:
        return Attrs() if self.as_attrs else []

    def accepts(self, value: Value) -> bool:
        return is_list(value) or is_set(value)

    def sub_options(self, prefix: Loc) -> Lazy:
        return self.element.sub_options((*prefix, "*"))

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        from hmls.modules.types.attr_list import merge_items

        error = self.error_of(definitions)
        return Merged(delayed(lambda: merge_items(self, loc, definitions)), error=error)
