"""Whether the homes and systems that load a file let nixpkgs use an unfree package there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hmls.catalog.packages import Package
from hmls.homes.membership import files_of, home_files
from hmls.homes.packages import PACKAGE
from hmls.homes.repository import Repository
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import call, expect_attrs, expect_bool, force, get, select
from hmls.lang.interp import Interp
from hmls.lang.unit import Unit
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Unknown, Value
from hmls.modules.definitions import Status
from hmls.modules.evaluation import Evaluation
from hmls.modules.level import Level
from hmls.modules.option_value import Option
from hmls.modules.outside import KIND, SYSTEM_INPUTS, sources

_HOME_MANAGER = "home-manager"
_SILENT = SYSTEM_INPUTS | {_HOME_MANAGER}
"""Inputs whose own modules allow nothing, whether they were read or not."""
_UNREAD = Unknown("nixpkgs.config", Cause(KIND, "a module that was not read may set it"))
_ALLOWS = Unit(
    "«unfree»/check-meta.nix",
    b"""\
{
  lib,
  pkgs,
  package,
  definitions,
}:
let
  called = config: if builtins.isFunction config then config { inherit lib pkgs; } else config;
  configs = map called definitions;
  last = name: default: builtins.foldl' (found: config: config.${name} or found) default configs;
  all = name: builtins.concatMap (config: config.${name} or [ ]) configs;
  predicate = last "allowUnfreePredicate" null;
in
last "allowUnfree" false
|| last "allowlistedLicenses" (last "whitelistedLicenses" [ ]) != [ ]
|| builtins.any (name: name == lib.getName package) (all "allowUnfreePackages")
|| (builtins.isFunction predicate && predicate package)
""",
)
"""A licence that is allowed may be any. Source: nixpkgs pkgs/stdenv/generic/check-meta.nix, and
mergeConfig in nixos/modules/misc/nixpkgs.nix."""
_Loaded = tuple[str, Interp, list[Lazy] | Unknown]
"""What loads a file: the name of a target or host, and its definitions of nixpkgs' `config`."""


def verdicts(repository: Repository, path: str, name: str, package: Package) -> dict[str, Value]:
    """Whether each home and system that loads a file allows an unfree package, by its name.

    Unknown where that is not known. `name` is the package's attribute in nixpkgs.
    """
    found: dict[str, Value] = {}
    for where, interp, config in _loading(repository, path):
        verdict = _allows(interp, config, _symbolic(name, package))
        # A file of a system may have a home in it, whose modules may be given other packages.
        if found.get(where, False) is False:
            found[where] = verdict
    return found


def is_configured_by(repository: Repository, path: str) -> bool:
    """Whether `nixpkgs.config` in a file is known to be that of the packages of all that load it.

    A home in a system takes the system's with `useGlobalPkgs`, and may not set it then; a system to
    which packages were given takes none.
    """
    try:
        systems = [
            system
            for host in repository.targets.hosts
            if (system := repository.system(host)) is not None and path in files_of(system)
        ]
        if any(_is_given(system) for system in systems):
            return False
        homes = [
            target
            for target in repository.targets.items
            if target.by_convention is None and path in home_files(repository, target)
        ]
        evaluations = [repository.host_evaluation(target) for target in homes]
        return bool(systems or homes) and not any(
            system is not None and _is_global(system) for system in evaluations
        )
    except (NixError, Unknowable):
        return False


def _is_given(system: Evaluation) -> bool:
    """Whether a system was given its packages as they are."""
    option = _option(system, "pkgs")
    return option is not None and option.resolved.is_defined


def _is_global(system: Evaluation) -> bool:
    """Whether the homes in a system have its packages."""
    section = get(expect_attrs(system.raw_config), _HOME_MANAGER)
    return expect_bool(get(expect_attrs(section), "useGlobalPkgs"))


def _allows(interp: Interp, definitions: list[Lazy] | Unknown, package: Attrs) -> Value:
    if isinstance(definitions, Unknown):
        return definitions
    pkgs = Unknown("pkgs", PACKAGE)
    given = {"lib": interp.lib, "pkgs": pkgs, "package": package, "definitions": definitions}
    try:
        return expect_bool(call(interp.evaluate(_ALLOWS), Attrs(given)))
    except Unknowable as stop:
        return stop.unknown
    except NixError as error:
        return _failed(error)


def _failed(error: NixError) -> Unknown:
    return Unknown("nixpkgs.config", Cause("error", error.message))


def _symbolic(name: str, package: Package) -> Attrs:
    """A package as far as its file tells it."""
    rest = Unknown(f"pkgs.{name}", PACKAGE)
    known: dict[str, Lazy] = {}
    if package.pname:
        known["pname"] = package.pname
    if package.version:
        known["version"] = package.version
    if package.pname and package.version:
        known["name"] = f"{package.pname}-{package.version}"
    return OpenAttrs(known, rest)


def _loading(repository: Repository, path: str) -> list[_Loaded]:
    key = (_loading, path)
    found: list[_Loaded] | None = repository.remembered.get(key)
    if found is None:
        found = repository.remembered[key] = [
            *_systems(repository, path),
            *_homes(repository, path),
        ]
    return found


def _systems(repository: Repository, path: str) -> Iterator[_Loaded]:
    for host in repository.targets.hosts:
        try:
            system = repository.system(host)
            if system is None or path not in files_of(system):
                continue
        except (NixError, Unknowable):
            continue
        yield host, system.system.interp, _known(system, _of_system)


def _homes(repository: Repository, path: str) -> Iterator[_Loaded]:
    has_homes = _HOME_MANAGER.encode() in repository.index[path].text
    for target in repository.targets.items:
        if target.by_convention is not None or target.kind == "droid":
            continue
        try:
            system = repository.host_evaluation(target)
            in_system = system is not None and has_homes and path in files_of(system)
            if not in_system and path not in home_files(repository, target):
                continue
            home = repository.evaluation(target)
        except (NixError, Unknowable):
            continue
        where = str(target.host) if in_system else target.name
        yield where, home.system.interp, _of_home(home, system)
        if not _has_packages_of(home, system):
            yield where, home.system.interp, _known(home, _of_argument)


def _has_packages_of(home: Evaluation, system: Evaluation | None) -> bool:
    """Whether nobody gave a home on a system other packages, as modules can."""
    if system is None:
        return False
    try:
        return force(home.argument("pkgs")) is force(system.argument("pkgs"))
    except (NixError, Unknowable):
        return False


def _of_home(home: Evaluation, system: Evaluation | None) -> list[Lazy] | Unknown:
    """What configures a home's `pkgs`. Source: Home Manager modules/misc/nixpkgs.nix."""
    if system is None:
        return _known(home, _defined)
    try:
        is_global = _is_global(system)
    except Unknowable as stop:
        return stop.unknown
    except NixError as error:
        return _failed(error)
    return _known(system, _of_system) if is_global else _known(home, _defined)


def _known(
    evaluation: Evaluation, read: Callable[[Evaluation], list[Lazy]]
) -> list[Lazy] | Unknown:
    """What a function reads of an evaluation, unknown where modules that may set it are."""
    try:
        for failure in evaluation.collected.failures:
            raise failure
        for each in evaluation.collected.unread:
            if not _SILENT.issuperset(sources(each.unknown)):
                return _UNREAD
        return [_closed(force(value)) for value in read(evaluation)]
    except Unknowable as stop:
        return stop.unknown
    except NixError as error:
        return _failed(error)


def _closed(config: Value) -> Value:
    """What nobody gave has the defaults of nixpkgs."""
    if isinstance(config, Unknown):
        raise Unknowable(config)
    if isinstance(config, OpenAttrs) and config.rest.cause is PACKAGE:
        return Attrs(dict(config))
    return Attrs() if config is None else config


def _of_system(system: Evaluation) -> list[Lazy]:
    """What configures a system's `pkgs`, which may be given to it as they are.

    Source: nixpkgs nixos/modules/misc/nixpkgs.nix.
    """
    option = _option(system, "pkgs")
    if option is None or not option.resolved.is_defined:
        return _of_argument(system)
    return [_config_of(force(option.value))]


def _of_argument(evaluation: Evaluation) -> list[Lazy]:
    return [_config_of(force(evaluation.argument("pkgs")))]


def _config_of(packages: Value) -> Value:
    if isinstance(packages, Unknown):
        raise Unknowable(packages.select("config"))
    return select(packages, "config")


def _defined(evaluation: Evaluation) -> list[Lazy]:
    """The definitions in force of `nixpkgs.config`, the first first."""
    option = _option(evaluation, "config")
    if option is None:
        raise Unknowable(_UNREAD)
    found: list[Lazy] = []
    for leaf in option.resolved.leaves:
        if leaf.status is Status.UNKNOWN or (leaf.in_force and leaf.opaque):
            raise Unknowable(leaf.condition or _UNREAD)
        if leaf.in_force:
            found.append(leaf.definition.value)
    return found


def _option(evaluation: Evaluation, name: str) -> Option | None:
    section = evaluation.root.node("nixpkgs")
    found = section.node(name) if isinstance(section, Level) else None
    return found if isinstance(found, Option) else None
