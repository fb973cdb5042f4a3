"""`flake-parts.lib.mkFlake`: a flake made of modules. Source: flake-parts lib.nix, modules/."""

from __future__ import annotations

from hmls.homes.builders.configuration import environment_of, module_arguments
from hmls.homes.builders.nixos import nixpkgs_lib
from hmls.lang.coerce import to_path
from hmls.lang.force import (
    MISSING,
    call,
    delayed,
    expect_attrs,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    select,
)
from hmls.lang.interp import Interp
from hmls.lang.store import shown_path
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Primop, Unknown, Value
from hmls.modules.collect import Given
from hmls.modules.evaluation import Evaluation
from hmls.modules.properties import override
from hmls.modules.system import ModuleSystem
from hmls.modules.types.base import OptionType
from hmls.modules.types.containers import AttrsOf, ListOf
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import BOOL, RAW, STR
from hmls.modules.types.submodules import DeferredModule, Submodule
from hmls.modules.types.wrappers import Unique
from hmls.modules.unify import UNKNOWN_FILE

_PER_SYSTEM = Cause("not-evaluated", "perSystem of flake-parts is evaluated only where it is read")
_SETS = ("nixosConfigurations", "nixosModules", "overlays", "formatter")
"""The outputs that several modules may add to."""
_SETS_OF_SYSTEMS = ("apps", "checks", "devShells", "legacyPackages", "packages")
"""The same, each with a set for every system that several modules may add to as well."""
_TRANSPOSED = (*_SETS_OF_SYSTEMS, "formatter")
"""The outputs that perSystem makes."""
_CONFIGURATIONS = (
    "homeConfigurations", "nixosConfigurations", "darwinConfigurations", "nixOnDroidConfigurations",
)  # fmt: skip
_UNCHECKED = Attrs({"config": Attrs({"_module": Attrs({"check": override(50, False)})})})
"""Modules of other flakes declare outputs that are not known here."""


def make_flake(interp: Interp) -> Primop:
    """`mkFlake { inputs; self; specialArgs; } module`."""
    return Primop("mkFlake", 2, lambda given, module: _make(interp, given, module))


def _make(interp: Interp, lazy: Lazy, module: Lazy) -> Value:
    given = expect_attrs(lazy)
    inputs = get_lazy(given, "inputs")
    self_value = get_lazy(given, "self")
    if self_value is MISSING:
        self_value = delayed(lambda: get(expect_attrs(inputs), "self"))
    site = given.positions.get("inputs")
    special = get(given, "specialArgs")
    environment = environment_of(interp)
    extra = {} if special is MISSING else dict(expect_attrs(special))
    own: dict[str, Lazy] = {
        "inputs": inputs,
        "self": self_value,
        "flake-parts-lib": OpenAttrs(
            {"importApply": _import_apply(interp)}, Unknown("flake-parts-lib", _PER_SYSTEM)
        ),
        "moduleLocation": Unknown("moduleLocation", _PER_SYSTEM),
    }
    evaluation: Evaluation

    def with_system(system: Lazy, function: Lazy) -> Value:
        return call(force(function), _system_arguments(evaluation, inputs, expect_string(system)))

    arguments: dict[str, Lazy] = {
        "withSystem": Primop("withSystem", 2, with_system),
        "getSystem": Primop("getSystem", 1, lambda _system: Unknown("getSystem", _PER_SYSTEM)),
        "moduleWithSystem": Unknown("moduleWithSystem", _PER_SYSTEM),
    }
    evaluation = Evaluation(
        ModuleSystem(interp, delayed(lambda: nixpkgs_lib(interp))),
        [
            Given(module, UNKNOWN_FILE if site is None else shown_path(site.unit.path)),
            Given(_options(environment.system), origin="flake-parts"),
            Given(module_arguments(arguments), origin="flake-parts"),
            Given(_UNCHECKED, origin="flake-parts"),
        ],
        special_args=Attrs({**own, **extra}),
        module_class="flake",
    )
    return _outputs(evaluation)


def _import_apply(interp: Interp) -> Primop:
    """`importApply path arguments`: a module of what the file gives for them, known by the path."""

    def apply(path: Lazy, arguments: Lazy) -> Value:
        module = delayed(lambda: call(interp.import_path(to_path(path)), arguments))
        return call(call(select(interp.lib, "setDefaultModuleLocation"), path), module)

    return Primop("importApply", 2, apply)


def _outputs(evaluation: Evaluation) -> Value:
    """The outputs; a module that was not read may add to them."""
    if evaluation.collected.failures:
        raise evaluation.collected.failures[0]
    made = _with_per_system(get(expect_attrs(evaluation.raw_config), "flake"))
    unread = evaluation.collected.unread
    if not unread or not isinstance(made, Attrs):
        return made
    module = unread[0].unknown
    message = f"the flake module {module.text} was not read: {module.cause.message}"
    rest = Unknown("outputs", Cause("unread-flake-module", message, module.cause.subject))
    known = dict(made)
    for name in _CONFIGURATIONS:
        lazy = known.get(name, MISSING)
        known[name] = delayed(lambda lazy=lazy: _more(lazy, rest))  # type: ignore[misc]
    return OpenAttrs(known, rest, made.positions)


def _with_per_system(outputs: Value) -> Value:
    """The outputs, those opened to which perSystem adds an attribute for each system."""
    if not isinstance(outputs, Attrs):
        return outputs
    added: dict[str, Lazy] = {}
    for name in _TRANSPOSED:
        lazy = outputs.get(name, MISSING)
        rest = Unknown(f"self.{name}", _PER_SYSTEM)
        more = _more_of_each if name in _SETS_OF_SYSTEMS else _more
        added[name] = delayed(lambda lazy=lazy, rest=rest, more=more: more(lazy, rest))  # type: ignore[misc]
    known = {**outputs, **added}
    if isinstance(outputs, OpenAttrs):
        return OpenAttrs(known, outputs.rest, outputs.positions, outputs.absent)
    return Attrs(known, outputs.positions)


def _more(lazy: Lazy, rest: Unknown) -> Value:
    """An output to which modules may have added more."""
    value = Attrs() if lazy is MISSING else force(lazy)
    if isinstance(value, OpenAttrs) or not isinstance(value, Attrs):
        return value
    return OpenAttrs(value, rest, value.positions)


def _more_of_each(lazy: Lazy, rest: Unknown) -> Value:
    """An output with a set for each system: more systems, and more in each of them."""
    value = _more(lazy, rest)
    if not isinstance(value, OpenAttrs):
        return value
    known: dict[str, Lazy] = {}
    for system, each in value.items():
        inside = Unknown(f"{rest.text}.{system}", _PER_SYSTEM)
        known[system] = delayed(lambda each=each, inside=inside: _more(each, inside))  # type: ignore[misc]
    return OpenAttrs(known, value.rest, value.positions, value.absent)


def _options(system: ModuleSystem) -> Attrs:
    def option(option_type: OptionType, *default: Lazy) -> Attrs:
        made = Attrs({"_type": "option", "type": nix_view(option_type)})
        if default:
            made["default"] = default[0]
        return made

    items = AttrsOf(RAW, lazy=True)
    declared = {name: option(items, Attrs()) for name in _SETS}
    declared |= {name: option(AttrsOf(items, lazy=True), Attrs()) for name in _SETS_OF_SYSTEMS}
    freeform = nix_view(AttrsOf(Unique(RAW), lazy=True))
    outputs = Submodule(
        system, [Attrs({"options": Attrs(declared), "freeformType": freeform})], shorthand=True
    )
    return Attrs(
        {
            "options": Attrs(
                {
                    "flake": option(outputs, Attrs()),
                    "systems": option(ListOf(STR)),
                    "perSystem": option(DeferredModule(system, []), Attrs()),
                    "debug": option(BOOL, False),
                    "perInput": option(RAW, None),
                    "transposition": option(AttrsOf(RAW, lazy=True), Attrs()),
                }
            ),
            "config": Attrs(),
        }
    )


def _system_arguments(evaluation: Evaluation, inputs: Lazy, system: str) -> Attrs:
    """What `withSystem` gives: `pkgs`, `system`, `inputs'`, `self'`, `config`."""

    def packages() -> Value:
        nixpkgs = get(expect_attrs(inputs), "nixpkgs")
        legacy = get(expect_attrs(nixpkgs), "legacyPackages")
        return get(expect_attrs(legacy), system)

    def overridden() -> Value:
        found = _per_system_argument(evaluation, system, "pkgs")
        return packages() if found is MISSING else force(found)

    return Attrs(
        {
            "system": system,
            "pkgs": delayed(overridden),
            "inputs'": Unknown("inputs'", _PER_SYSTEM),
            "self'": Unknown("self'", _PER_SYSTEM),
            "config": Unknown("config", _PER_SYSTEM),
            "options": Unknown("options", _PER_SYSTEM),
            "lib": delayed(lambda: evaluation.system.interp.lib),
        }
    )


def _per_system_argument(evaluation: Evaluation, system: str, name: str) -> Lazy:
    """An argument that perSystem itself sets: `_module.args.pkgs = import nixpkgs { … };`."""
    per_system = get(expect_attrs(evaluation.raw_config), "perSystem")
    if not isinstance(per_system, Attrs):
        return MISSING
    special = Attrs({**evaluation.special_args, "system": system})
    own = {key: Unknown(key, _PER_SYSTEM) for key in ("inputs'", "self'", "final")}
    inner = Evaluation(
        evaluation.system,
        [
            *(Given(item) for item in expect_list(get(per_system, "imports"))),
            Given(module_arguments(own)),
            Given(_UNCHECKED),
        ],
        special_args=special,
        module_class="perSystem",
    )
    section = get(expect_attrs(force(inner.raw_config)), "_module")
    found = get(expect_attrs(section), "args")
    return get_lazy(found, name) if isinstance(found, Attrs) else MISSING
