"""One level of the option tree: declarations meet definitions by name.

Source: nixpkgs lib/modules.nix, mergeModules'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hmls.lang import coerce
from hmls.lang.budget import tick
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import MISSING, expect_attrs, force, get
from hmls.lang.lib.pretty import identifier
from hmls.lang.values import Attrs, OpenAttrs, Thunk, Unknown, Value, type_name
from hmls.modules.bundle import DeclaredBundle, declared_apart
from hmls.modules.declarations import Declaration
from hmls.modules.definitions import Definition, Loc
from hmls.modules.messages import show_option
from hmls.modules.option_value import Option, Undeclared, declared_option
from hmls.modules.parts import Part, RawDefinitions, push_down
from hmls.modules.resolved import demand

if TYPE_CHECKING:
    from hmls.modules.evaluation import Evaluation
    from hmls.modules.system import ModuleSystem

Node: TypeAlias = "Level | Option | Undeclared"
Path = tuple[str, ...]
_OF_OPTIONS = frozenset(("default", "defaultText", "example", "apply", "internal", "visible"))
"""What options have beside a type, and what sets of options are seldom called."""


class Level:
    """The options below one path, and what modules define there."""

    __slots__ = ("_declared", "_nodes", "_parts", "_raw", "around", "declarations", "loc", "system")

    def __init__(
        self,
        system: ModuleSystem,
        loc: Loc,
        declarations: list[Declaration],
        parts: Thunk,
        around: Evaluation | None = None,
    ) -> None:
        self.system = system
        self.around = around
        """The evaluation whose options these are, where modules may be in it that are not read."""
        self.loc = loc
        self.declarations = declarations
        """What declares options here: sets of options."""
        self._parts = parts
        self._declared = Thunk(_declared, self)
        self._raw = Thunk(_raw, self)
        self._nodes: dict[str, Thunk] = {}

    @property
    def parts(self) -> list[Part]:
        """What defines options here, properties pushed down. Raises NixError."""
        return demand(self._parts)  # type: ignore[no-any-return]

    @property
    def declared(self) -> Declared:
        """What modules declare here. Raises NixError."""
        return demand(self._declared)  # type: ignore[no-any-return]

    @property
    def raw(self) -> RawDefinitions:
        """What is defined here, properties still on."""
        return demand(self._raw)  # type: ignore[no-any-return]

    def part(self, name: str) -> Node | None:
        return self.node(name)

    def node(self, name: str) -> Node | None:
        """The option or level of a name, None if nothing is declared there."""
        thunk = self._nodes.get(name)
        if thunk is None:
            declared = self.declared
            declarations = declared.by_name.get(name)
            if declarations is None:
                if declared.rest is None:
                    return None
                declarations = []
            thunk = self._nodes[name] = Thunk(_node, (self, name, declarations))
        return demand(thunk)  # type: ignore[no-any-return]

    def unmatched(self) -> list[tuple[Path, Definition]]:
        """Definitions below this level that no declaration covers, with their paths here."""
        if not self.parts:
            return []
        declared, raw = self.declared, self.raw
        found: list[tuple[Path, Definition]] = []
        for name in sorted({*raw.by_name, *declared.by_name}):
            if name in declared.by_name:
                node = self.node(name)
                if isinstance(node, Level):
                    found.extend(((name, *path), d) for path, d in node.unmatched())
            elif declared.rest is None:
                found.extend(((name,), definition) for definition in raw.known(name))
        return found


class Declared(NamedTuple):
    """Name → its declarations, in the order of the modules.

    `rest` is what may declare other names, where some declaration is unknown.
    """

    by_name: dict[str, list[Declaration]]
    rest: Unknown | None


def _raw(level: Level) -> RawDefinitions:
    return RawDefinitions(level.loc, _without_outside(level))


def _without_outside(level: Level) -> list[Part]:
    """The parts but for what modules of inputs say that is wholly unknown.

    Where modules were not read, everything is taken to be defined by them too: this is no more.
    """
    parts = level.parts
    if level.around is None or level.loc != level.around.prefix:
        return parts
    if not any(part.value.__class__ is Unknown for part in parts):
        return parts
    outside = level.around.outside
    if outside is None:
        return parts
    return [
        part
        for part in parts
        if part.value.__class__ is not Unknown or not outside.is_of_an_input(part.file)
    ]


def _declared(level: Level) -> Declared:
    tick(len(level.declarations))
    by_name: dict[str, list[Declaration]] = {}
    rest: Unknown | None = None
    for file, site, lazy, origin in level.declarations:
        options = force(lazy)
        if options.__class__ is not Attrs:
            if isinstance(options, Unknown):
                rest = rest or options
                continue
            if isinstance(options, DeclaredBundle):
                for name, inner in options.by_name():
                    by_name.setdefault(name, []).extend(inner)
                continue
            if isinstance(options, OpenAttrs):
                rest = rest or options.rest
            elif not isinstance(options, Attrs):
                raise Thrown(
                    f"An option declaration for `{'.'.join(level.loc)}' has type\n"
                    f"`{type_name(options)}' rather than an attribute set.\n"
                    "Did you mean to define this outside of `options'?\n"
                )
        positions = options.positions
        for name, option in options.items():
            declaration = Declaration(file, positions.get(name, site), option, origin)
            found = by_name.get(name)
            if found is None:
                by_name[name] = [declaration]
            else:
                found.append(declaration)
    return Declared(by_name, rest)


def _node(given: tuple[Level, str, list[Declaration]]) -> Node:
    level, name, declared = given
    loc = (*level.loc, name)
    declarations = [d for d in declared if _unknown(d) is None]
    if not declarations:
        reason = _unknown(declared[0]) if declared else level.declared.rest
        assert reason is not None
        return Undeclared(loc, reason, Thunk(_definitions, (level, name)))
    options = [d for d in declarations if _is_option(d, loc)]
    if not options:
        # Declarations that are unknown leave a level open.
        parts = Thunk(_inner_parts, (level, name))
        return Level(level.system, loc, declared, parts, level.around)
    if len(options) < len(declarations):
        declarations = declared_apart(declarations)
        if not all(_is_submodule(option) for option in options):
            raise _no_nested_options(loc, options, declarations)
        declarations = [d if _is_option(d, loc) else _as_option(level, d) for d in declarations]
    defined = Thunk(_definitions, (level, name))
    return declared_option(loc, declarations, defined, level.around)


def _unknown(declaration: Declaration) -> Unknown | None:
    """Why it is not known what is declared: an option, or a set of options."""
    value = force(declaration.option)
    if isinstance(value, Unknown):
        return value
    if isinstance(value, OpenAttrs) and "_type" not in value:
        # `mkSomeOption // { default = …; }`, where nobody knows what the function makes.
        return None if _OF_OPTIONS.isdisjoint(value) else value.rest
    return None


def _definitions(given: tuple[Level, str]) -> list[Definition]:
    level, name = given
    return level.raw.of(name)


def _inner_parts(given: tuple[Level, str]) -> list[Part]:
    level, name = given
    parts: list[Part] = []
    for definition in level.raw.below(name):
        push_down(definition, parts)
    return parts


def _as_option(level: Level, declaration: Declaration) -> Declaration:
    """A set of options beside a submodule: another module of that submodule."""
    from hmls.modules.types.nix_view import nix_view
    from hmls.modules.types.submodules import Submodule

    module = Attrs({"options": declaration.option})
    tree = Submodule(level.system, [module], shorthand=None)
    option = Attrs({"_type": "option", "type": nix_view(tree)})
    return Declaration(declaration.file, declaration.site, option, declaration.origin)


def _is_option(declaration: Declaration, loc: Loc) -> bool:
    value = force(declaration.option)
    if value.__class__ is Attrs and "_type" not in value:
        return False
    if isinstance(value, OpenAttrs) and "_type" not in value:
        return False
    if not isinstance(value, Attrs):
        return False
    tag = get(value, "_type")
    kind = tag if tag is MISSING or isinstance(tag, str) else coerce.coerce_copying(tag)
    if tag is MISSING or kind == "option":
        return kind == "option"
    path = show_option(loc)
    message = (
        f"In module {declaration.file}: expected an option declaration at option path "
        f"`{path}` but got an attribute set with type {kind}"
    )
    if kind == "option-type":
        name = identifier(loc[-1])
        comment = f"\n    # {path}" if len(loc) > 1 else ""
        message += (
            "\n\nWhen declaring an option, you must wrap the type in a `mkOption` call. It should "
            f"look somewhat like:\n    {comment}\n    {name} = lib.mkOption {{\n"
            f"      description = ...;\n      type = <the type you wrote for {name}>;\n"
            "      ...\n    };\n"
        )
    raise Thrown(message, declaration.site)


def _is_submodule(declaration: Declaration) -> bool:
    option_type = get(expect_attrs(declaration.option), "type")
    if isinstance(option_type, Unknown):
        raise Unknowable(option_type)
    return isinstance(option_type, Attrs) and get(option_type, "name") == "submodule"


def _no_nested_options(
    loc: Loc, options: list[Declaration], declarations: list[Declaration]
) -> Thrown:
    first = options[0]
    lines = sorted(
        f" - option(s) with prefix `{show_option((*loc, name))}' in module `{d.file}'"
        for d in declarations
        if not _is_option(d, loc)
        for name in expect_attrs(d.option)
    )
    return Thrown(
        f"The option `{show_option(loc)}' in module `{first.file}' would be a parent of the "
        f"following options, but its type `{_described(first)}' does not support "
        "nested options.\n" + "\n".join(lines),
        first.site,
    )


def _described(declaration: Declaration) -> Value:
    option_type = get(expect_attrs(declaration.option), "type")
    found = get(option_type, "description") if isinstance(option_type, Attrs) else MISSING
    return "<no description>" if found is MISSING else found
