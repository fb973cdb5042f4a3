"""What a builder was called with, and how to evaluate it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hmls.lang.force import delayed, force
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Primop, Site, Unknown
from hmls.modules.evaluation import Evaluation
from hmls.modules.system import ModuleSystem

if TYPE_CHECKING:
    from hmls.homes.builders.home_manager import Release
    from hmls.modules.collect import Given

Kind = Literal["home", "nixos", "darwin", "droid"]
BUILT = Cause("build", "this exists once it is built")


@dataclass(frozen=True)
class Environment:
    """What a configuration is evaluated with.

    `own` is the folder of the repository, with a separator at its end: options that its files
    declare are defined by it alone. `home_modules` and `system_modules` stand for the modules of
    Home Manager, NixOS and nix-darwin themselves, which are not evaluated but known from a catalog.
    `is_package` says of a name that the flake's nixpkgs has a package of that name.
    """

    interp: Interp
    system: ModuleSystem
    own: str
    home_modules: Callable[[Release], list[Given]]
    system_modules: Callable[[Kind], list[Given]]
    is_package: Callable[[str], bool]

    def modules_with(self, lib: Lazy) -> ModuleSystem:
        """The module system of one configuration, whose modules get a `lib`."""
        return ModuleSystem(self.interp, lib, self.own)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One call of a builder."""

    kind: Kind
    evaluate: Callable[[Environment], Evaluation]
    platform: Lazy
    """The system double, such as `x86_64-linux`."""
    modules: Lazy
    """The list of modules as it was given."""
    modules_site: Site | None = None
    """Where the builder was given its modules."""
    release: Release | None = None
    lib: Lazy = None
    """The library that was given, null where nixpkgs' own is meant."""
    special: Lazy = None
    """`extraSpecialArgs` of a home."""


class ConfigurationAttrs(OpenAttrs):
    """What a builder returns; the flake's other outputs read `config` from it."""

    __slots__ = ("configuration",)
    configuration: Configuration


def environment_of(interp: Interp) -> Environment:
    """The environment that whoever made the interpreter has set."""
    found = interp.host
    assert isinstance(found, Environment), "the interpreter has no environment"
    return found


_PACKAGES = {"home": "activationPackage", "droid": "activationPackage", "darwin": "system"}
"""The package that the result of a builder has beside `config`. Source: nixpkgs
nixos/lib/eval-config.nix, eval-config.nix of nix-darwin, modules/default.nix of home-manager."""


def returned(interp: Interp, configuration: Configuration) -> ConfigurationAttrs:
    """The set that the builder returns."""
    evaluation = delayed(lambda: configuration.evaluate(environment_of(interp)))

    def part(name: str) -> Lazy:
        return delayed(lambda: force(getattr(force(evaluation), name)))

    known: dict[str, Lazy] = {
        "config": part("config"),
        "options": part("options"),
        "pkgs": delayed(lambda: force(force(evaluation).argument("pkgs"))),
        "_type": "configuration",
        "class": {"home": "homeManager"}.get(configuration.kind, configuration.kind),
        "extendModules": Primop("extendModules", 1, lambda _given: Unknown("extendModules", BUILT)),
    }
    package = _PACKAGES.get(configuration.kind)
    if package is not None:
        known[package] = Unknown(package, BUILT)
    # Flakes tell systems of nix-darwin from those of NixOS by `system`.
    absent = frozenset(("system",)) - known.keys()
    made = ConfigurationAttrs(known, Unknown("configuration", BUILT), absent=absent)
    made.configuration = configuration
    return made


def module_arguments(arguments: dict[str, Lazy], packages_site: Site | None = None) -> Attrs:
    """A module that sets `_module.args`. `packages_site` is where `pkgs` is written, if it is."""
    positions = {} if packages_site is None else {"pkgs": packages_site}
    return Attrs({"config": Attrs({"_module": Attrs({"args": Attrs(arguments, positions)})})})
