"""evalModules: the fixed point of modules that read what they define.

Source: nixpkgs lib/modules.nix, evalModules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hmls.lang.builtins.attrs import add_names
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, delayed, expect_attrs, force, get, get_lazy
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Unknown, Value
from hmls.modules.collect import Collected, Given, Module, collect
from hmls.modules.declarations import Declaration
from hmls.modules.definitions import Definition, Loc, demand
from hmls.modules.level import Level, Part, push_down
from hmls.modules.merged import Merged
from hmls.modules.messages import show_definitions, show_option
from hmls.modules.option_value import Option
from hmls.modules.types.base import OptionType
from hmls.modules.types.foreign import as_type

if TYPE_CHECKING:
    from hmls.modules.system import ModuleSystem

INTERNAL = "lib/modules.nix"
UNREAD = Cause("unread-module", "a module that could not be read may set this")


class Evaluation:
    """One set of modules, evaluated as far as anybody asks."""

    def __init__(
        self,
        system: ModuleSystem,
        given: list[Given],
        *,
        prefix: Loc = (),
        special_args: Attrs,
        module_class: str | None = None,
        lib: Lazy = None,
        module_args: Attrs | None = None,
    ) -> None:
        self.system = system
        self.given = given
        self.prefix = prefix
        self.special_args = special_args
        self.module_class = module_class
        self.checks = True
        """Whether an undeclared option fails everything, as Nix has it."""
        self._lib = lib
        self._module_args = module_args or Attrs()
        """What `_module.args` holds from outside, at the priority of a default."""
        self._collected = delayed(self._collect)
        self._root = delayed(self._compute_root)
        self._freeform = delayed(self._compute_freeform)
        self._declared_config = delayed(lambda: self._level_config(self.root))
        self._config = delayed(self._compute_config)
        self._checked = delayed(self._check)
        self.config: Lazy = delayed(self._checked_config)
        """The value of everything; forcing it checks what Nix checks."""
        self.options: Lazy = delayed(self._checked_options)

    @property
    def collected(self) -> Collected:
        return demand(self._collected)  # type: ignore[no-any-return]

    @property
    def root(self) -> Level:
        return demand(self._root)  # type: ignore[no-any-return]

    @property
    def freeform_type(self) -> OptionType | None:
        """The type of what is not declared. Raises NixError, Unknowable."""
        found = force(self._freeform)
        if isinstance(found, Unknown):
            raise Unknowable(found)
        return found  # type: ignore[no-any-return]

    @property
    def is_open(self) -> bool:
        """Whether modules that were not read may declare and define more."""
        return bool(self.collected.unread) or isinstance(self.special_args, OpenAttrs)

    def part(self, name: str) -> Any:
        """The option or level of a name, or what the freeform type makes of it."""
        node = self.root.node(name)
        if node is not None:
            return node
        merged = self.freeform
        return None if merged is None else merged.part(name)

    @property
    def freeform(self) -> Merged | None:
        """The undeclared definitions, merged by the freeform type."""
        freeform = self.freeform_type
        if freeform is None:
            return None
        definitions = [
            Definition(d.file, _at_path(path, d.value), d.site, d.maybe, d.origin)
            for path, d in self.root.unmatched()
        ]
        if not definitions:
            return None
        return freeform.merge(self.prefix, definitions)

    def _collect(self) -> Collected:
        special = self.special_args
        own: dict[str, Lazy] = {
            "lib": self.system.interp.lib if self._lib is None else self._lib,
            "options": delayed(lambda: self._raw_options()),
            "specialArgs": special,
            "_class": self.module_class,
            "_prefix": list(self.prefix),
            "config": self._config,
        }
        arguments = _joined(own, special)
        return collect(
            self.system.interp,
            self.given,
            arguments,
            self._module_argument,
            module_class=self.module_class,
            modules_path=_modules_path(special),
        )

    def _module_argument(self, name: str) -> Lazy:
        def look_up() -> Value:
            found = self._argument(name)
            if found is not MISSING:
                return force(found)
            if self.is_open:
                unknown = Unknown(name, UNREAD)
                if isinstance(self.special_args, OpenAttrs):
                    unknown = self.special_args.rest.select(name)
                return unknown
            error = NixError(f"attribute '{name}' missing")
            error.trace.append((f"while evaluating the module argument `{name}'", None))
            raise error

        return delayed(look_up)

    def _argument(self, name: str) -> Lazy:
        level = self.root.node("_module")
        assert isinstance(level, Level)
        option = level.node("args")
        assert isinstance(option, Option)
        value = force(option.value)
        if isinstance(value, Attrs) and name in value:
            return value[name]
        if name in self._module_args:
            return self._module_args[name]
        if isinstance(value, OpenAttrs | Unknown):
            return value.select(name) if isinstance(value, Unknown) else get_lazy(value, name)
        return MISSING

    def _compute_root(self) -> Level:
        modules = [*self.collected.modules, self._internal_module()]
        modules.reverse()
        declarations = [
            Declaration(module.file, module.site, module.options, module.origin)
            for module in modules
        ]

        def parts() -> list[Part]:
            return [
                part
                for m in modules
                for part in push_down(Definition(m.file, m.config, m.site, None, m.origin))
            ]

        return Level(self.system, self.prefix, declarations, parts)

    def _internal_module(self) -> Module:
        """The options below `_module` that every evaluation has."""
        args = Attrs(
            {
                "extendModules": self.system.extend_modules(self),
                "moduleType": delayed(lambda: self.system.module_type(self)),
            }
        )
        config = Attrs({"_module": Attrs({"args": args, "specialArgs": self.special_args})})
        return Module(
            key=INTERNAL,
            file=INTERNAL,
            module_class=None,
            imports=[],
            disabled=[],
            options=self.system.internal_options,
            config=config,
            origin=INTERNAL,
        )

    def _compute_freeform(self) -> OptionType | None:
        level = self.root.node("_module")
        assert isinstance(level, Level)
        option = level.node("freeformType")
        assert isinstance(option, Option)
        value = force(option.value)
        if isinstance(value, Unknown):
            raise Unknowable(value)
        return None if value is None else as_type(value)

    def _level_config(self, level: Level) -> Attrs:
        made = Attrs()
        for name in level.declared:
            made[name] = delayed(lambda name=name: self._node_value(level, name))  # type: ignore[misc]
        if level.raw.unknown and level.parts:
            return OpenAttrs(made, level.raw.unknown[0].value)
        return made

    def _node_value(self, level: Level, name: str) -> Value:
        node = level.node(name)
        if isinstance(node, Option):
            return force(node.value)
        assert isinstance(node, Level)
        return self._level_config(node)

    def _compute_config(self) -> Value:
        declared = force(self._declared_config)
        if self.freeform_type is None:
            return self._opened(declared)
        merged = self.freeform
        if merged is None:
            return declared
        value = force(merged.value)
        if isinstance(value, Unknown):
            return OpenAttrs(declared, value)
        return _joined_deep(expect_attrs(value), declared)

    def _opened(self, declared: Value) -> Value:
        """Modules that were not read may declare more options."""
        unread = self.collected.unread
        if not unread or not isinstance(declared, Attrs):
            return declared
        return OpenAttrs(declared, Unknown("config", unread[0].unknown.cause))

    def _raw_options(self) -> Attrs:
        options = self._level_options(self.root)
        if self.collected.unread:
            return OpenAttrs(options, Unknown("options", self.collected.unread[0].unknown.cause))
        return options

    def _level_options(self, level: Level) -> Attrs:
        def one(name: str) -> Value:
            node = level.node(name)
            if isinstance(node, Option):
                return force(node.attrs)
            assert isinstance(node, Level)
            return self._level_options(node)

        return Attrs({name: delayed(lambda name=name: one(name)) for name in level.declared})  # type: ignore[misc]

    def _check(self) -> Value:
        """checkUnmatched, and the modules that could not be loaded."""
        for failure in self.collected.failures:
            raise failure
        if not self.checks or self.collected.unread:
            return True
        if self.freeform_type is not None or not self._wants_check():
            return True
        unmatched = self.root.unmatched()
        if unmatched:
            raise self.undeclared_error(*unmatched[0])
        return True

    def _wants_check(self) -> bool:
        level = self.root.node("_module")
        assert isinstance(level, Level)
        option = level.node("check")
        assert isinstance(option, Option)
        return force(option.value) is True

    def undeclared_error(self, path: tuple[str, ...], definition: Definition) -> NixError:
        """What Nix says of a definition that no declaration covers."""
        from hmls.modules.suggest import suggestion

        loc = (*self.prefix, *path)
        message = (
            f"The option `{show_option(loc)}' does not exist. Definition values:"
            f"{show_definitions([definition])}{suggestion(self.root, self.prefix, path)}"
        )
        if set(self.root.declared) == {"_module"}:
            message += _nothing_declared(self.prefix)
        return NixError(message, definition.site)

    def _checked_config(self) -> Value:
        force(self._checked)
        config = force(self._config)
        if not isinstance(config, Attrs) or "_module" not in config:
            return config
        kept = {name: lazy for name, lazy in config.items() if name != "_module"}
        if isinstance(config, OpenAttrs):
            return OpenAttrs(
                kept, config.rest, config.positions, add_names(config.absent, ["_module"])
            )
        return Attrs(kept, config.positions)

    def _checked_options(self) -> Value:
        force(self._checked)
        return self._raw_options()

    @property
    def result(self) -> Attrs:
        """What `lib.evalModules` returns."""
        return Attrs(
            {
                "_type": "configuration",
                "options": self.options,
                "config": self.config,
                "_module": delayed(self._module_config),
                "extendModules": self.system.extend_modules(self),
                "type": delayed(lambda: self.system.module_type(self)),
                "class": self.module_class,
                "graph": [],
            }
        )

    def _module_config(self) -> Value:
        force(self._checked)
        return get(expect_attrs(self._config), "_module")


def _modules_path(special: Attrs) -> Lazy:
    found = get_lazy(special, "modulesPath")
    return "" if found is MISSING else found


def _joined(own: dict[str, Lazy], special: Attrs) -> Attrs:
    merged = {**own, **special}
    if isinstance(special, OpenAttrs):
        return OpenAttrs(merged, special.rest, {}, special.absent)
    return Attrs(merged)


def _at_path(path: tuple[str, ...], value: Lazy) -> Lazy:
    for name in reversed(path):
        value = Attrs({name: value})
    return value


def _joined_deep(left: Attrs, right: Attrs) -> Attrs:
    """lib.recursiveUpdate, where the right side is made of levels of options."""
    made = dict(left)
    for name, lazy in right.items():
        if name not in left:
            made[name] = lazy
            continue
        made[name] = delayed(lambda name=name: _deep_value(left[name], right[name]))  # type: ignore[misc]
    if isinstance(left, OpenAttrs):
        return OpenAttrs(made, left.rest, left.positions, left.absent - right.keys())
    return Attrs(made, left.positions)


def _deep_value(left: Lazy, right: Lazy) -> Value:
    right_value, left_value = force(right), force(left)
    if isinstance(left_value, Attrs) and isinstance(right_value, Attrs):
        return _joined_deep(left_value, right_value)
    return right_value


def _nothing_declared(prefix: Loc) -> str:
    if not prefix:
        return (
            "\n\nIt seems as if you're trying to declare an option by placing it into `config' "
            "rather than `options'!\n"
        )
    return (
        f"\n\nHowever there are no options defined in `{show_option(prefix)}'. Are you sure "
        "you've\ndeclared your options properly? This can happen if you e.g. declared your "
        "options in `types.submodule'\nunder `config' rather than `options'.\n"
    )
