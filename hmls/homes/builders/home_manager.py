"""Home Manager's builder, and its module for NixOS and nix-darwin.

Source: home-manager lib/default.nix, modules/default.nix, nixos/common.nix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hmls.homes.builders.configuration import (
    BUILT,
    Configuration,
    Environment,
    environment_of,
    module_arguments,
    returned,
)
from hmls.lang.combine import update
from hmls.lang.errors import NixError
from hmls.lang.force import (
    MISSING,
    delayed,
    expect_attrs,
    expect_list,
    force,
    get,
    get_lazy,
    make_list,
    select,
)
from hmls.lang.interp import Interp
from hmls.lang.values import (
    Attrs,
    Cause,
    Lambda,
    Lazy,
    OpenAttrs,
    OpenList,
    Primop,
    Site,
    Splice,
    Unknown,
    UnknownString,
    Value,
)
from hmls.modules.collect import Given
from hmls.modules.definitions import Definition, Loc
from hmls.modules.evaluation import Evaluation
from hmls.modules.hm_types import home_manager_lib
from hmls.modules.native import NativeModule, raw
from hmls.modules.outside import HOME_MANAGER_MODULE, SYSTEM_INPUTS, sources
from hmls.modules.outside import KIND as UNREAD_MODULE
from hmls.modules.properties import if_, override
from hmls.modules.types.base import OptionType
from hmls.modules.types.choices import Either
from hmls.modules.types.containers import AttrsOf, ListOf
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.places import PATH
from hmls.modules.types.scalars import ATTRS, BOOL, RAW, STR
from hmls.modules.types.submodules import Submodule
from hmls.modules.types.wrappers import NullOr

BUILDER = "builder"
"""The origin of definitions that the builder itself makes."""
_OF_NIXPKGS = re.compile(r"\bmodulesPath\b|/nixos/modules/")
_OS_CONFIG_SINCE = 1724435763
"""Since then `osConfig` is null in a standalone home; before it was no argument at all."""


@dataclass(frozen=True, slots=True)
class Release:
    """Which Home Manager it is: the input's name, its store path and its date."""

    input: str = "home-manager"
    path: str = ""
    last_modified: int | None = None

    @property
    def knows_os_config(self) -> bool:
        return self.last_modified is None or self.last_modified >= _OS_CONFIG_SINCE

    @property
    def modules_path(self) -> Lazy:
        """The module argument `modulesPath`."""
        if self.path:
            return f"{self.path}/modules"
        message = "where Home Manager is, is known once it is built"
        cause = Cause(BUILT.kind, message, f"inputs.{self.input}")
        return UnknownString([Unknown("modulesPath", cause, None, "string")], cause)


def library(interp: Interp, release: Release) -> Attrs:
    """`home-manager.lib`."""
    builder = Primop(
        "homeManagerConfiguration", 1, lambda given: home_configuration(interp, release, given)
    )

    hm = delayed(lambda: own_library(interp))
    return Attrs({"homeManagerConfiguration": builder, "hm": hm})


def own_library(interp: Interp) -> Value:
    """`home-manager.lib.hm`."""
    return select(home_manager_lib(interp, interp.lib), "hm")


def extended_library(interp: Interp, lib: Lazy) -> Lazy:
    """The `lib` that home modules get: the given one with `lib.hm`."""

    def extended() -> Value:
        given = force(lib)
        if isinstance(given, Attrs) and isinstance(get(given, "extend"), Lambda | Primop):
            return home_manager_lib(interp, given)
        return update(given, Attrs({"hm": own_library(interp)}))

    return delayed(extended)


def home_configuration(interp: Interp, release: Release, lazy: Lazy) -> Value:
    """`homeManagerConfiguration { modules; pkgs; lib; extraSpecialArgs; check; }`."""
    given = expect_attrs(lazy)
    packages = get_lazy(given, "pkgs")
    if packages is MISSING:
        packages = delayed(_without_packages)
    modules = get_lazy(given, "modules")
    extra = get_lazy(given, "extraSpecialArgs")
    lib = get_lazy(given, "lib")

    def evaluate(environment: Environment) -> Evaluation:
        return evaluate_home(
            environment,
            release,
            modules=[] if modules is MISSING else modules,
            packages=packages,
            lib=environment.interp.lib if lib is MISSING else lib,
            special=Attrs() if extra is MISSING else extra,
            packages_site=given.positions.get("pkgs"),
        )

    configuration = Configuration(
        kind="home",
        evaluate=evaluate,
        platform=delayed(lambda: _platform(packages)),
        modules=[] if modules is MISSING else modules,
        modules_site=given.positions.get("modules"),
        release=release,
        lib=None if lib is MISSING else lib,
        special=None if extra is MISSING else extra,
    )
    made = returned(interp, configuration)
    made["pkgs"] = packages
    return made


def _without_packages() -> Value:
    raise NixError("function 'homeManagerConfiguration' called without required argument 'pkgs'")


def _platform(packages: Lazy) -> Value:
    value = force(packages)
    if isinstance(value, Unknown):
        return value.select("system")
    return get(expect_attrs(value), "system")


def evaluate_home(
    environment: Environment,
    release: Release,
    *,
    modules: Lazy,
    packages: Lazy,
    lib: Lazy,
    special: Lazy,
    packages_site: Site | None = None,
) -> Evaluation:
    """The home of the standalone builder. `packages_site` is where it is given `pkgs`."""
    arguments: dict[str, Lazy] = {"pkgs": packages}
    if release.knows_os_config:
        for name in ("osConfig", "nixosConfig", "darwinConfig"):
            arguments[name] = override(1000, None)
    given = [
        Given(Attrs({"imports": modules})),
        Given(module_arguments(arguments, packages_site), origin=BUILDER),
        Given(_from_builder(packages), origin=BUILDER),
        *environment.home_modules(release),
    ]
    return Evaluation(
        environment.modules_with(extended_library(environment.interp, lib)),
        given,
        special_args=_special({"modulesPath": release.modules_path}, special),
        module_class="homeManager",
    )


def _from_builder(packages: Lazy) -> Attrs:
    """What the standalone builder defines itself. Source: lib/eval-config.nix."""

    def of_packages(name: str) -> Lazy:
        return delayed(lambda: select(force(packages), name))

    def overlays() -> Value:
        found = force(of_packages("overlays"))
        return make_list([Splice(found)]) if isinstance(found, Unknown) else found

    nixpkgs = {"config": override(1000, of_packages("config")), "overlays": delayed(overlays)}
    manager = {"path": Unknown("the sources of Home Manager", BUILT, None, "string")}
    programs = Attrs({"home-manager": Attrs(manager)})
    return Attrs({"config": Attrs({"nixpkgs": Attrs(nixpkgs), "programs": programs})})


def _special(own: dict[str, Lazy], given: Lazy) -> Attrs:
    """Home Manager's modules read `lib.hm` of the library that a home is given."""
    extra = force(given)
    library = get_lazy(extra, "lib") if isinstance(extra, Attrs) else MISSING
    if library is not MISSING and isinstance(known := force(library), Attrs):
        select(known, "hm")
    if isinstance(extra, OpenAttrs):
        return OpenAttrs({**own, **extra}, extra.rest, extra.positions, extra.absent)
    if isinstance(extra, Unknown):
        return OpenAttrs(own, extra)
    known = expect_attrs(extra)
    return Attrs({**own, **known}, known.positions)


def os_module(name: str, path: str, last_modified: int | None = None) -> Primop:
    """`home-manager.nixosModules.home-manager`, and the same for nix-darwin."""
    release = Release(name, path, last_modified)

    def build(interp: Interp, arguments: Attrs) -> Value:
        return _os_options(environment_of(interp), release, arguments)

    return NativeModule(build, f"inputs.{name}.nixosModules.home-manager").function()


def flake_module() -> Primop:
    """`home-manager.flakeModules.home-manager`: declares `flake.homeConfigurations`."""
    return NativeModule(lambda _interp, _arguments: Attrs(), "home-manager.flakeModules").function()


def _os_options(environment: Environment, release: Release, arguments: Attrs) -> Attrs:
    config = arguments["config"]
    users = HomeSubmodule(environment, release, arguments)

    def option(option_type: OptionType, default: Lazy) -> Attrs:
        return Attrs({"_type": "option", "type": nix_view(option_type), "default": default})

    options = Attrs(
        {
            "users": option(AttrsOf(users), Attrs()),
            "sharedModules": option(ListOf(RAW), []),
            "extraSpecialArgs": option(ATTRS, Attrs()),
            "useGlobalPkgs": option(BOOL, False),
            "useUserPackages": option(BOOL, False),
            "backupFileExtension": option(NullOr(STR), None),
            "backupCommand": option(NullOr(Either(STR, PATH)), None),
            "overwriteBackup": option(BOOL, False),
            "verbose": option(BOOL, False),
            "minimal": option(BOOL, False),
            "startAsUserService": option(BOOL, False),
            "enableLegacyProfileManagement": option(BOOL, False),
        }
    )
    extra = Attrs({"nixosConfig": config})
    return Attrs(
        {
            # The original is a file, which counts once however often it is imported.
            "key": f"inputs.{release.input}/nixos",
            "_file": f"{release.path or f'inputs.{release.input}'}{HOME_MANAGER_MODULE}",
            "options": Attrs({"home-manager": options}),
            "config": Attrs(
                {
                    "home-manager": Attrs({"extraSpecialArgs": extra}),
                    "users": Attrs({"users": _with_packages(config)}),
                }
            ),
        }
    )


def _with_packages(config: Lazy) -> Attrs:
    """What `useUserPackages` adds to `users.users`: a user for each home, with its packages.

    So homes cannot be made of the names in `users.users`. Source: home-manager nixos/common.nix.
    """

    def own() -> Attrs:
        return expect_attrs(get(expect_attrs(config), "home-manager"))

    def homes() -> Value:
        return get(own(), "users")

    def is_used() -> Value:
        # One that is not known is taken not to be set, as elsewhere.
        if force(get(own(), "useUserPackages")) is not True:
            return False
        found = homes()
        return isinstance(found, Attrs) and not isinstance(found, OpenAttrs) and len(found) > 0

    def users() -> Value:
        found = expect_attrs(homes())
        return Attrs({name: Attrs({"packages": [_path_of(found, name)]}) for name in found})

    return if_(delayed(is_used), delayed(users))


def _path_of(homes: Attrs, name: str) -> Lazy:
    return delayed(lambda: get(expect_attrs(get(expect_attrs(get(homes, name)), "home")), "path"))


class HomeSubmodule(Submodule):
    """The type of `home-manager.users.<name>`: a whole home."""

    def __init__(self, environment: Environment, release: Release, arguments: Attrs) -> None:
        super().__init__(environment.system, [], shorthand=False, description="Home Manager module")
        self.environment = environment
        self.release = release
        self.arguments = arguments
        self.library = extended_library(environment.interp, arguments["lib"])
        """One for all users: what modules make of nothing else they make once."""

    def with_sub_modules(self, _modules: list[Lazy]) -> OptionType:
        return self

    def special(self) -> dict[str, Lazy]:
        """The arguments that every home on a system gets."""
        return {
            "osConfig": self.arguments["config"],
            "osClass": get(self.arguments, "_class"),
            "modulesPath": self.release.modules_path,
        }

    def from_system(self, config: Lazy, name: str) -> Attrs:
        """What the system's configuration defines in a home."""
        return _from_host(config, name)

    def evaluate(self, loc: Loc, definitions: list[Definition]) -> Evaluation:
        name = loc[-1] if loc else "‹name›"
        config = self.arguments["config"]
        certain = raw(self.arguments, "config")
        own = self._option(certain, "extraSpecialArgs")
        own_modules, seen_modules = (self._option(c, "sharedModules") for c in (certain, config))
        shared = delayed(lambda: _shared_modules(force(own_modules), force(seen_modules)))
        builder = Attrs({"imports": shared, "config": self.from_system(certain, name)})
        given = [
            Given(Attrs({"_module": Attrs({"args": Attrs({"name": name})})})),
            Given(builder, origin=BUILDER),
            Given(module_arguments({"pkgs": delayed(self._packages)}), origin=BUILDER),
            *self.environment.home_modules(self.release),
            *(self._defined(definition) for definition in definitions),
        ]
        return Evaluation(
            self.environment.modules_with(self.library),
            given,
            prefix=loc,
            special_args=_special(self.special(), own),
            module_class="homeManager",
        )

    def _option(self, config: Lazy, name: str) -> Lazy:
        def read() -> Value:
            section = get(expect_attrs(config), "home-manager")
            return get(expect_attrs(section), name)

        return delayed(read)

    def _packages(self) -> Value:
        found = get_lazy(self.arguments, "pkgs")
        if found is not MISSING:
            return force(found)
        module = get(expect_attrs(self.arguments["config"]), "_module")
        return get(expect_attrs(get(expect_attrs(module), "args")), "pkgs")


def _shared_modules(known: Value, seen: Value) -> Value:
    """The modules that every home gets, and those that unread modules of the system may add."""
    if isinstance(known, Unknown):
        return known
    items: list[Any] = list(known.items if isinstance(known, OpenList) else expect_list(known))
    for name in _may_share(seen):
        cause = Cause("missing-input", f"{name}: its modules were not read", name)
        items.append(Splice(Unknown(f"inputs.{name}", cause)))
    return make_list(items)


def _may_share(seen: Value) -> dict[str, None]:
    """The inputs of unread modules of the system; those of NixOS itself know no homes."""
    gaps = (
        [item.unknown for item in seen.items if item.__class__ is Splice]
        if (isinstance(seen, OpenList))
        else [seen]
    )
    return {
        name: None
        for gap in gaps
        if isinstance(gap, Unknown) and gap.cause.kind == UNREAD_MODULE
        for name in sources(gap)
        if name not in SYSTEM_INPUTS and not _OF_NIXPKGS.search(name)
    }


def option_of_system(config: Lazy, *path: str) -> Lazy:
    """What a system's configuration has at a path, unknown where nothing is known of it."""

    def read() -> Value:
        found: Value = force(config)
        for part in path:
            found = MISSING if found is MISSING else get(expect_attrs(found), part)
        text = ".".join(("osConfig", *path))
        return Unknown(text, BUILT) if found is MISSING else found

    return delayed(read)


def _from_host(config: Lazy, name: str) -> Attrs:
    """What the host says of its user: plain definitions, so that another plain one conflicts."""

    def user(field: str) -> Lazy:
        def read() -> Value:
            users = get(expect_attrs(get(expect_attrs(config), "users")), "users")
            found = get(expect_attrs(users), name) if isinstance(users, Attrs) else users
            if found is MISSING or isinstance(found, Unknown):
                return Unknown(f"osConfig.users.users.{name}.{field}", BUILT)
            return get(expect_attrs(found), field)

        return delayed(read)

    def option(*path: str) -> Lazy:
        return option_of_system(config, *path)

    uid = user("uid")

    def has_uid() -> Value:
        value = force(uid)
        if isinstance(value, Unknown):
            return value
        return value is not None and value is not MISSING

    return Attrs(
        {
            "submoduleSupport": Attrs(
                {
                    "enable": True,
                    "externalPackageInstall": option("home-manager", "useUserPackages"),
                }
            ),
            "nix": Attrs(
                {
                    "enable": option("nix", "enable"),
                    "package": if_(option("nix", "enable"), option("nix", "package")),
                }
            ),
            "home": Attrs(
                {
                    "username": user("name"),
                    "homeDirectory": user("home"),
                    "uid": if_(delayed(has_uid), uid),
                }
            ),
        }
    )
