"""evalModules: the fixed point of modules that read what they define.

Source: nixpkgs lib/modules.nix, evalModules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hmls.lang.builtins.attrs import add_names
from hmls.lang.errors import NixError, Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    select,
)
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Thunk, Unknown, Value
from hmls.modules.collect import Arguments, Collected, Given, Terms, collect, graph
from hmls.modules.config import joined_deep, level_config, level_options
from hmls.modules.declarations import Declaration
from hmls.modules.definitions import Definition, Loc, wrapped
from hmls.modules.level import Level
from hmls.modules.merged import Merged
from hmls.modules.messages import show_definitions, show_option
from hmls.modules.option_value import Option
from hmls.modules.outside import Outside, outside_of, seen_freeform
from hmls.modules.parts import Part, push_down
from hmls.modules.resolved import demand
from hmls.modules.types.base import OptionType
from hmls.modules.types.foreign import as_type
from hmls.modules.unify import Module

if TYPE_CHECKING:
    from hmls.modules.system import ModuleSystem

INTERNAL = "lib/modules.nix"
UNREAD = Cause("unread-module", "a module that could not be read may set this")
_NO_TYPE: Any = object()


class Configuration(Attrs):
    """What `lib.evalModules` returns, which remembers the evaluation."""

    __slots__ = ("evaluation",)
    evaluation: Evaluation


class Evaluation:
    """One set of modules, evaluated as far as anybody asks.

    `given`, `special_args`, `prefix` and `module_class` may be thunks of what they are.
    All names that nobody declares are unknown with unread modules (`collected.unread`), and
    `config` has what they may define of others' options (see `outside`).
    """

    calls_when_needed = True
    """Whether a module is only called for what its text says that it has something of."""

    def __init__(
        self,
        system: ModuleSystem,
        given: Lazy,
        *,
        prefix: Lazy = (),
        special_args: Lazy,
        module_class: Lazy = None,
        around: Evaluation | None = None,
    ) -> None:
        self.system = system
        self.around = around
        """The evaluation of which this is a submodule, where modules in it were not read."""
        self._given = given
        self._prefix = prefix
        self._special_args = special_args
        self.module_class = module_class
        self.remembered: dict[object, Any] = {}
        """Answers about it, by who computed them."""
        self._arguments: dict[str, Lazy] = {}
        self._collected = Thunk(_collect, self)
        self._root = Thunk(_root, self)
        self._freeform = Thunk(_freeform, self)
        self._freeform_merged = Thunk(_freeform_merged, self)
        self._whole_config: Lazy = Thunk(_whole_config, self)
        self.seen_config: Lazy = Thunk(_seen_config, self)
        """`config` as modules see it: with `_module` in it, and without Nix's checks."""
        self._seen_options: Lazy = Thunk(_seen_options, self)
        self._checked = Thunk(_check, self)
        self.config: Lazy = Thunk(_config, self)
        """The value of everything; forcing it checks what Nix checks."""
        self.options: Lazy = Thunk(_options, self)

    @property
    def given(self) -> list[Given]:
        """The modules as they were given. Raises NixError."""
        return demand(self._given)  # type: ignore[no-any-return]

    @property
    def prefix(self) -> Loc:
        return demand(self._prefix)  # type: ignore[no-any-return]

    @property
    def special_args(self) -> Attrs:
        value = force(self._special_args)
        return OpenAttrs((), value) if isinstance(value, Unknown) else expect_attrs(value)

    @property
    def collected(self) -> Collected:
        return demand(self._collected)  # type: ignore[no-any-return]

    @property
    def root(self) -> Level:
        return demand(self._root)  # type: ignore[no-any-return]

    @property
    def freeform_type(self) -> OptionType | None:
        """The type of what is not declared. Raises NixError, Unknowable."""
        found = demand(self._freeform)
        return None if found is _NO_TYPE else found

    @property
    def checked_freeform_type(self) -> OptionType | None:
        """The same after the check for undeclared options."""
        force(self._checked)
        return self.freeform_type

    @property
    def freeform(self) -> Merged | None:
        """The undeclared definitions, merged by the freeform type."""
        return demand(self._freeform_merged)  # type: ignore[no-any-return]

    @property
    def raw_config(self) -> Lazy:
        """What the modules that were read make `config`, as if there were no others."""
        return self._whole_config

    @property
    def outside(self) -> Outside | None:
        """The modules that were not read, and may define options. Raises NixError."""
        if self.around is not None:
            return self.around.outside
        return outside_of([each.unknown for each in self.collected.unread], self.system.own)

    def config_under(self, outside: Outside) -> Value:
        """`config` of a submodule where modules may define its options that were not read."""
        force(self._checked)
        return _without_internal(_config_under(self, outside))

    @property
    def rest(self) -> Unknown | None:
        """Why options may exist that no known module declares."""
        unread = self.collected.unread
        return Unknown("config", unread[0].unknown.cause) if unread else None

    def part(self, name: str) -> Any:
        """The option or level of a name, or what the freeform type makes of it."""
        node = self.root.node(name)
        if node is not None:
            return node
        if self.freeform_type is None:
            return None
        merged = self.freeform
        return None if merged is None or merged.part is None else merged.part(name)

    def internal_option(self, name: str) -> Option:
        """One of the options below `_module`. Raises NixError where that module is disabled."""
        level = self.root.node("_module")
        option = level.node(name) if isinstance(level, Level) else None
        if not isinstance(option, Option):
            raise NixError("attribute '_module' missing")
        return option

    def argument(self, name: str) -> Lazy:
        """What `_module.args` has under a name, not forced."""
        found = self._arguments.get(name)
        if found is None:
            found = self._arguments[name] = Thunk(_argument, (self, name))
        return found

    @property
    def result(self) -> Configuration:
        """What `lib.evalModules` returns."""
        made = Configuration(
            {
                "_type": "configuration",
                "options": self.options,
                "config": self.config,
                "_module": Thunk(_module_config, self),
                "extendModules": self.system.extend_modules(self),
                "type": Thunk(_type, self),
                "class": self.module_class,
                "graph": Thunk(_graph, self),
            }
        )
        made.evaluation = self
        return made


def _collect(evaluation: Evaluation) -> Collected:
    prefix = evaluation.prefix
    return collect(
        evaluation.system.interp,
        evaluation.given,
        _internal_module(evaluation, prefix),
        Arguments(
            Thunk(_common_arguments, evaluation),
            evaluation.argument,
            evaluation.raw_config,
            Thunk(_raw_options, evaluation),
            lambda: evaluation.root,
        ),
        Terms(
            prefix,
            force(evaluation.module_class),
            Thunk(_modules_path, evaluation),
            evaluation.calls_when_needed,
        ),
    )


def _modules_path(evaluation: Evaluation) -> Value:
    path = get_lazy(evaluation.special_args, "modulesPath")
    return "" if path is MISSING else force(path)


def _common_arguments(evaluation: Evaluation) -> Attrs:
    """What every module is called with."""
    special = evaluation.special_args
    own: dict[str, Lazy] = {
        "lib": evaluation.system.lib,
        "options": evaluation._seen_options,
        "specialArgs": evaluation._special_args,
        "_class": evaluation.module_class,
        "_prefix": list(evaluation.prefix),
        "config": evaluation.seen_config,
    }
    merged = {**own, **special}
    if isinstance(special, OpenAttrs):
        return OpenAttrs(merged, special.rest, {}, add_names(special.absent, own))
    return Attrs(merged)


def _internal_module(evaluation: Evaluation, prefix: Loc) -> Module:
    """The options below `_module` that every evaluation has."""
    system = evaluation.system
    special = evaluation._special_args
    args = Attrs(
        {
            "extendModules": system.extend_modules(evaluation),
            "moduleType": Thunk(_type, evaluation),
        }
    )
    return Module(
        key=INTERNAL,
        file=INTERNAL,
        module_class=None,
        imports=[],
        disabled=[],
        options=system.nested_options if prefix else system.root_options,
        config=Attrs({"_module": Attrs({"args": args, "specialArgs": special})}),
        origin=INTERNAL,
    )


def _argument(given: tuple[Evaluation, str]) -> Value:
    evaluation, name = given
    # Nix reads it from `config`, for which it merges what is freeform.
    value = get(_internal_config(evaluation), "args")
    if isinstance(value, Unknown):
        return value.select(name)
    found = get(expect_attrs(value), name)
    if found is not MISSING:
        return found
    if evaluation.collected.unread:
        return Unknown(name, UNREAD)
    error = NixError(f"attribute '{name}' missing")
    error.trace.append((f"while evaluating the module argument `{name}'", None))
    raise error


def _root(evaluation: Evaluation) -> Level:
    modules = evaluation.collected.modules[::-1]
    declarations = [
        Declaration(module.file, module.site, module.options, module.origin) for module in modules
    ]
    parts = Thunk(_root_parts, modules)
    within = evaluation.around or (evaluation if evaluation.system.own is not None else None)
    return Level(evaluation.system, evaluation.prefix, declarations, parts, within)


def _root_parts(modules: list[Module]) -> list[Part]:
    parts: list[Part] = []
    for module in modules:
        told = None if module.by_text is None else module.by_text.defined()
        config = module.config if told is None else told
        push_down(Definition(module.file, config, module.site, None, module.origin), parts)
    return parts


def _freeform(evaluation: Evaluation) -> OptionType:
    value = demand(evaluation.internal_option("freeformType").value)
    return _NO_TYPE if value is None else as_type(value)


def _freeform_merged(evaluation: Evaluation) -> Merged | None:
    freeform = evaluation.freeform_type
    assert freeform is not None
    definitions = [
        d.of(_at_path(path, wrapped(d.outer, d.value))) for path, d in evaluation.root.unmatched()
    ]
    if not definitions:
        return None
    return freeform.merge(evaluation.prefix, definitions)


def _at_path(path: tuple[str, ...], value: Lazy) -> Lazy:
    for name in reversed(path):
        value = Attrs({name: value})
    return value


def _whole_config(evaluation: Evaluation) -> Value:
    return _config_under(evaluation, None)


def _seen_config(evaluation: Evaluation) -> Value:
    outside = evaluation.outside
    if outside is None:
        return force(evaluation._whole_config)
    return _config_under(evaluation, outside)


def _config_under(evaluation: Evaluation, outside: Outside | None) -> Value:
    """`config` with `_module` in it, and with what modules that were not read may change."""
    declared = level_config(evaluation.root, evaluation.rest, outside)
    try:
        if evaluation.freeform_type is None:
            return declared
        merged = evaluation.freeform
    except Unknowable as stop:
        return OpenAttrs(declared, stop.unknown)
    if outside is not None:
        return _opened(seen_freeform(outside, merged, evaluation.prefix), declared)
    if merged is None:
        return declared
    return _opened(force(merged.value), declared)


def _opened(freeform: Value, declared: Attrs) -> Value:
    if isinstance(freeform, Unknown):
        return OpenAttrs(declared, freeform)
    return joined_deep(expect_attrs(freeform), declared)


def _internal_config(evaluation: Evaluation) -> Attrs:
    """`config._module`."""
    return expect_attrs(select(expect_attrs(evaluation._whole_config), "_module"))


def _raw_options(evaluation: Evaluation) -> Value:
    return level_options(evaluation.root, evaluation.rest)


def _seen_options(evaluation: Evaluation) -> Value:
    return level_options(evaluation.root, evaluation.rest, evaluation.outside)


def _check(evaluation: Evaluation) -> Value:
    """checkUnmatched, and the modules that could not be loaded."""
    for failure in evaluation.collected.failures:
        raise failure
    root = evaluation.root
    if evaluation.collected.unread or root.raw.open_parts or root.declared.rest is not None:
        return True
    unmatched = root.unmatched()
    if not unmatched and not evaluation.internal_option("check").resolved.definitions:
        return True
    internal = _internal_config(evaluation)
    is_checked = expect_bool(select(internal, "check"))
    if is_checked and select(internal, "freeformType") is None and unmatched:
        raise undeclared_error(evaluation, *unmatched[0])
    return True


def undeclared_error(
    evaluation: Evaluation, path: tuple[str, ...], definition: Definition
) -> NixError:
    """What Nix says of a definition that no declaration covers."""
    from hmls.modules.suggest import suggestion

    root, prefix = evaluation.root, evaluation.prefix
    shown = definition.of(wrapped(definition.outer, definition.value))
    message = (
        f"The option `{show_option((*prefix, *path))}' does not exist. Definition values:"
        f"{show_definitions([shown])}{suggestion(root, prefix, path)}"
    )
    if set(root.declared.by_name) == {"_module"}:
        message += _nothing_declared(prefix)
    return Thrown(message, definition.site)


def _nothing_declared(prefix: Loc) -> str:
    if not show_option(prefix):
        return (
            "\n\nIt seems as if you're trying to declare an option by placing it into `config' "
            "rather than `options'!\n"
        )
    return (
        f"\n\nHowever there are no options defined in `{show_option(prefix)}'. Are you sure "
        "you've\ndeclared your options properly? This can happen if you e.g. declared your "
        "options in `types.submodule'\nunder `config' rather than `options'.\n"
    )


def _config(evaluation: Evaluation) -> Value:
    force(evaluation._checked)
    if evaluation.around is not None:
        # What others may define there is said where the option around it is read.
        return _without_internal(force(evaluation._whole_config))
    return _without_internal(force(evaluation.seen_config))


def _without_internal(config: Value) -> Value:
    if not isinstance(config, Attrs) or "_module" not in config:
        return config
    kept = {name: lazy for name, lazy in config.items() if name != "_module"}
    if isinstance(config, OpenAttrs):
        return OpenAttrs(kept, config.rest, config.positions, add_names(config.absent, ["_module"]))
    return Attrs(kept, config.positions)


def _options(evaluation: Evaluation) -> Value:
    force(evaluation._checked)
    return force(evaluation._seen_options)


def _module_config(evaluation: Evaluation) -> Value:
    force(evaluation._checked)
    return select(expect_attrs(evaluation._whole_config), "_module")


def _type(evaluation: Evaluation) -> Value:
    return evaluation.system.module_type(evaluation)


def _graph(evaluation: Evaluation) -> Value:
    for failure in evaluation.collected.failures:
        raise failure
    return graph(evaluation.collected)


def path_of(lazy: Lazy) -> Loc:
    """A `prefix` as Nix code gives it. Raises NixError."""
    return tuple(expect_string(part) for part in expect_list(lazy))
