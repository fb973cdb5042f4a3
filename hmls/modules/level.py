"""One level of the option tree: declarations meet definitions by name.

Source: nixpkgs lib/modules.nix, mergeModules', pushDownProperties.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import delayed, expect_open_list, force, get, select, type_of_set
from hmls.lang.values import (
    Attrs,
    Lazy,
    OpenAttrs,
    Site,
    Splice,
    Unknown,
    Value,
    type_name,
)
from hmls.modules.declarations import Declaration, merge_declarations
from hmls.modules.definitions import Definition, Loc, demand
from hmls.modules.messages import show_option
from hmls.modules.option_value import Option
from hmls.modules.types.submodules import Submodule


@dataclass(frozen=True, slots=True)
class Part:
    """What one module defines at one level: a set, or something unknown."""

    file: str
    value: Lazy
    site: Site | None
    origin: str | None


Node: TypeAlias = "Level | Option"


class Level:
    """The options below one path, and what modules define there."""

    __slots__ = ("_declared", "_nodes", "_parts", "_raw", "declarations", "loc", "system")

    def __init__(
        self,
        system: object,
        loc: Loc,
        declarations: list[Declaration],
        parts: Callable[[], list[Part]],
    ) -> None:
        self.system = system
        self.loc = loc
        self.declarations = declarations
        """What declares options here: sets of options."""
        self._parts = delayed(parts)
        self._declared = delayed(self._compute_declared)
        self._raw = delayed(self._compute_raw)
        self._nodes: dict[str, Lazy] = {}

    @property
    def parts(self) -> list[Part]:
        """What defines options here, properties pushed down. Raises NixError."""
        return demand(self._parts)  # type: ignore[no-any-return]

    @property
    def declared(self) -> dict[str, list[Declaration]]:
        """Name → its declarations, in the order of the modules. Raises NixError."""
        return demand(self._declared)  # type: ignore[no-any-return]

    @property
    def raw(self) -> RawDefinitions:
        """Name → what is defined there, properties still on."""
        return demand(self._raw)  # type: ignore[no-any-return]

    def part(self, name: str) -> Node | None:
        """The option or level of a name, None if nothing is declared there."""
        return self.node(name)

    def node(self, name: str) -> Node | None:
        declarations = self.declared.get(name)
        if declarations is None:
            return None
        lazy = self._nodes.get(name)
        if lazy is None:
            lazy = self._nodes[name] = delayed(lambda: self._compute_node(name, declarations))
        return demand(lazy)  # type: ignore[no-any-return]

    def unmatched(self) -> list[tuple[tuple[str, ...], Definition]]:
        """Definitions below this level that no declaration covers, with their paths here."""
        if not self.parts:
            return []
        found: list[tuple[tuple[str, ...], Definition]] = []
        for name in sorted({*self.raw.by_name, *self.declared}):
            if name in self.declared:
                if name not in self.raw.by_name:
                    continue
                node = self.node(name)
                if isinstance(node, Level):
                    found.extend(((name, *path), d) for path, d in node.unmatched())
            else:
                found.extend(((name,), definition) for definition in self.raw.by_name[name])
        return found

    def _compute_declared(self) -> dict[str, list[Declaration]]:
        by_name: dict[str, list[Declaration]] = {}
        for declaration in self.declarations:
            options = force(declaration.option)
            if isinstance(options, Unknown):
                raise Unknowable(options)
            if not isinstance(options, Attrs):
                raise NixError(
                    f"An option declaration for `{'.'.join(self.loc)}' has type\n"
                    f"`{type_name(options)}' rather than an attribute set.\n"
                    "Did you mean to define this outside of `options'?\n"
                )
            for name, lazy in options.items():
                site = options.positions.get(name, declaration.site)
                inner = Declaration(declaration.file, site, lazy, declaration.origin)
                by_name.setdefault(name, []).append(inner)
        return by_name

    def _compute_raw(self) -> RawDefinitions:
        by_name: dict[str, list[Definition]] = {}
        unknown: list[Definition] = []
        for part in self.parts:
            value = force(part.value)
            if isinstance(value, Unknown):
                unknown.append(Definition(part.file, value, part.site, value, part.origin))
                continue
            if not isinstance(value, Attrs):
                path = ".".join(self.loc)
                raise NixError(
                    f"In module `{part.file}', you're trying to define a value of type "
                    f"`{type_name(value)}'\nrather than an attribute set for the option\n"
                    f"`{path}'!\n\nThis usually happens if `{path}' has option\n"
                    "definitions inside that are not matched. Please check how to properly define\n"
                    "this option by e.g. referring to `man 5 configuration.nix'!\n",
                    part.site,
                )
            if isinstance(value, OpenAttrs):
                rest = value.rest
                unknown.append(Definition(part.file, rest, part.site, rest, part.origin))
            for name, lazy in value.items():
                site = value.positions.get(name, part.site)
                definition = Definition(part.file, lazy, site, None, part.origin)
                by_name.setdefault(name, []).append(definition)
        return RawDefinitions(by_name, unknown)

    def _compute_node(self, name: str, declarations: list[Declaration]) -> Node:
        loc = (*self.loc, name)
        options = [d for d in declarations if _is_option(d, loc)]
        if len(options) == len(declarations):
            return Option(merge_declarations(loc, declarations), lambda: self.raw.of(name))
        if not options:
            return Level(
                self.system,
                loc,
                declarations,
                lambda: [part for d in self.raw.of(name) for part in push_down(d)],
            )
        if not all(_is_submodule(option) for option in options):
            raise _no_nested_options(loc, options, declarations)
        return Option(
            merge_declarations(loc, [self._as_option(d, options) for d in declarations]),
            lambda: self.raw.of(name),
        )

    def _as_option(self, declaration: Declaration, options: list[Declaration]) -> Declaration:
        """A set of options beside a submodule: another module of that submodule."""
        if declaration in options:
            return declaration
        from hmls.modules.types.nix_view import nix_view

        assert self.system is not None
        module = Attrs({"options": declaration.option})
        tree = Submodule(self.system, [module], shorthand=None)  # type: ignore[arg-type]
        option = Attrs({"_type": "option", "type": nix_view(tree)})
        return Declaration(declaration.file, declaration.site, option, declaration.origin)


class RawDefinitions:
    """The definitions of a level by name, and those that may define any name."""

    __slots__ = ("by_name", "unknown")

    def __init__(self, by_name: dict[str, list[Definition]], unknown: list[Definition]) -> None:
        self.by_name = by_name
        self.unknown = unknown

    def of(self, name: str) -> list[Definition]:
        """The definitions that certainly or possibly are there."""
        found = self.by_name.get(name, [])
        return found + self.unknown if self.unknown else found


def push_down(definition: Definition) -> list[Part]:
    """pushDownProperties: mkMerge, mkIf and mkOverride move into the set that they hold."""
    parts: list[Part] = []
    _push(definition, definition.value, parts)
    return parts


def _push(definition: Definition, lazy: Lazy, parts: list[Part]) -> None:
    value = force(lazy)
    try:
        kind = type_of_set(value)
    except Unknowable as stop:
        value, kind = stop.unknown, None
    if kind == "merge":
        for item in expect_open_list(select(value, "contents")):
            if item.__class__ is Splice:
                parts.append(
                    Part(definition.file, item.unknown, definition.site, definition.origin)
                )
            else:
                _push(definition, item, parts)
    elif kind in ("if", "override"):
        inner: list[Part] = []
        get(value, "content")
        _push(definition, value["content"], inner)
        parts.extend(_wrapped(part, value) for part in inner)
    else:
        parts.append(Part(definition.file, value, definition.site, definition.origin))


def _wrapped(part: Part, outer: Attrs) -> Part:
    """The part with a property around each of its attributes."""
    value = force(part.value)
    if not isinstance(value, Attrs):
        return Part(part.file, _unknown_wrapped(value, outer), part.site, part.origin)
    items = {name: _around(outer, lazy) for name, lazy in value.items()}
    if isinstance(value, OpenAttrs):
        made: Attrs = OpenAttrs(items, value.rest, value.positions, value.absent)
    else:
        made = Attrs(items, value.positions)
    return Part(part.file, made, part.site, part.origin)


def _unknown_wrapped(value: Value, outer: Attrs) -> Value:
    """Something unknown behind a condition that is known to be false is nothing at all."""
    condition = outer.get("condition")
    if isinstance(value, Unknown) and condition is not None and force(condition) is False:
        return Attrs()
    return value


def _around(outer: Attrs, content: Lazy) -> Attrs:
    if "condition" in outer:
        return Attrs({"_type": "if", "condition": outer["condition"], "content": content})
    return Attrs({"_type": "override", "priority": outer["priority"], "content": content})


def _is_option(declaration: Declaration, loc: Loc) -> bool:
    value = force(declaration.option)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    kind = type_of_set(value)
    if kind is None or kind == "option":
        return kind == "option"
    message = (
        f"In module {declaration.file}: expected an option declaration at option path "
        f"`{show_option(loc)}` but got an attribute set with type {kind}"
    )
    if kind == "option-type":
        message += (
            "\n\nWhen declaring an option, you must wrap the type in a `mkOption` call. It should "
            f"look somewhat like:\n    {loc[-1]} = lib.mkOption {{\n      description = ...;\n"
            f"      type = <the type you wrote for {loc[-1]}>;\n      ...\n    }};\n"
        )
    raise NixError(message, declaration.site)


def _is_submodule(declaration: Declaration) -> bool:
    option = force(declaration.option)
    option_type = get(option, "type")
    return isinstance(option_type, Attrs) and get(option_type, "name") == "submodule"


def _no_nested_options(
    loc: Loc, options: list[Declaration], declarations: list[Declaration]
) -> NixError:
    first = options[0]
    option_type = get(force(first.option), "type")
    described = get(option_type, "description") if isinstance(option_type, Attrs) else None
    nested = [d for d in declarations if d not in options]
    lines = sorted(
        f" - option(s) with prefix `{show_option((*loc, name))}' in module `{d.file}'"
        for d in nested
        for name in force(d.option)
    )
    return NixError(
        f"The option `{show_option(loc)}' in module `{first.file}' would be a parent of the "
        f"following options, but its type `{described or '<no description>'}' does not support "
        "nested options.\n" + "\n".join(lines),
        first.site,
    )
