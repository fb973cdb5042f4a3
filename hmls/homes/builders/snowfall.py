"""`snowfall-lib`: a flake whose homes, systems and modules are found by their folders.

`mkLib { inputs; src; snowfall; }` gives a library that has `mkFlake`, and
`mkFlake { inputs; src; … }` does both at once.
Source: snowfall-lib snowfall-lib/{default,flake,home,module,system}.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from hmls.homes.builders import snowfall_modules
from hmls.homes.builders.configuration import Kind
from hmls.homes.builders.home_manager import Release, home_configuration, os_module
from hmls.homes.builders.nixos import nixpkgs_lib, system_configuration
from hmls.homes.builders.snowfall_lib import Snowfall
from hmls.homes.packages import packages_for
from hmls.lang.force import MISSING, delayed, expect_attrs, expect_list, get
from hmls.lang.interp import Interp, ReadFailed
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Path, Primop, Site, Unknown, Value

_VIRTUAL = Cause("foreign-builder", "images of nixos-generators are not known here")
_OTHER = Cause("not-evaluated", "this output of a snowfall flake is not known here")
_OWN_OPTIONS = frozenset((
    "systems", "modules", "overlays", "packages", "outputs-builder", "outputsBuilder",
    "packagesPrefix", "hosts", "homes", "channels-config", "templates", "checks", "alias",
    "snowfall", "inputs", "src",
))  # fmt: skip
"""What `mkFlake` takes for itself; everything else is an output as it is."""
_CONFIGURATIONS = frozenset(
    ("homeConfigurations", "nixosConfigurations", "darwinConfigurations",
     "nixOnDroidConfigurations")
)  # fmt: skip


def functions(interp: Interp, fork: Unknown | None) -> dict[str, Lazy]:
    """What the flake `snowfall-lib` offers. A `fork` may give modules and the library more."""

    def make_lib(lazy: Lazy) -> Value:
        snowfall = Snowfall(interp, expect_attrs(lazy), fork)
        return snowfall.own_lib(Primop("mkFlake", 1, partial(_make_flake, snowfall)))

    def make_flake(lazy: Lazy) -> Value:
        return _make_flake(Snowfall(interp, expect_attrs(lazy), fork), lazy)

    return {"mkLib": Primop("mkLib", 1, make_lib), "mkFlake": Primop("mkFlake", 1, make_flake)}


def _make_flake(snowfall: Snowfall, lazy: Lazy) -> Value:
    options = expect_attrs(lazy)
    homes = get_section(options, "homes")
    systems = get_section(options, "systems")
    users = {
        name: _home(snowfall, homes, name, path, system)
        for system, name, path in _entries(snowfall, "homes")
    }
    hosts: dict[str, dict[str, Lazy]] = {"nixosConfigurations": {}, "darwinConfigurations": {}}
    for target, name, path in _entries(snowfall, "systems"):
        kind = "darwinConfigurations" if "darwin" in target else "nixosConfigurations"
        if snowfall_modules.is_virtual(target):
            continue
        hosts[kind][name] = delayed(
            lambda name=name, path=path, target=target: _system(  # type: ignore[misc]
                snowfall, homes, systems, name, path, target
            )
        )
    made: dict[str, Lazy] = {name: options[name] for name in options if name not in _OWN_OPTIONS}
    homes_at = _sites(homes, "users", users, options.positions.get("homes"))
    hosts_at = {
        kind: _sites(systems, "hosts", found, options.positions.get("systems"))
        for kind, found in hosts.items()
    }
    made["homeConfigurations"] = Attrs(users, homes_at)
    made.update({kind: Attrs(found, hosts_at[kind]) for kind, found in hosts.items()})
    made["lib"] = delayed(lambda: snowfall.user_lib)
    for output, folder in (("nixos", "nixos"), ("darwin", "darwin"), ("home", "home")):
        made[f"{output}Modules"] = Attrs(
            snowfall_modules.by_name(snowfall, folder, override=_modules_of(options, folder))
        )
    known = _CONFIGURATIONS | made.keys()
    at = snowfall.source_site
    positions = {**({} if at is None else dict.fromkeys(_CONFIGURATIONS, at)), **options.positions}
    return OpenAttrs(made, Unknown("outputs", _OTHER), positions, known)


def _sites(
    options: Attrs, kind: str, names: Iterable[str], general: Site | None
) -> dict[str, Site]:
    """Where something is said of each home or host: of it alone, or else of all of them."""
    own = get_section(options, kind).positions
    found = {name: own.get(name, general) for name in names}
    return {name: site for name, site in found.items() if site is not None}


def get_section(options: Attrs, name: str) -> Attrs:
    """A set among the options, empty where it is not given."""
    found = get(options, name)
    if isinstance(found, Unknown):
        return OpenAttrs((), found)
    return Attrs() if found is MISSING else expect_attrs(found)


def _modules_of(options: Attrs, kind: str) -> Attrs:
    return get_section(get_section(options, "modules"), kind)


def _entries(snowfall: Snowfall, kind: str) -> Iterator[tuple[str, str, str]]:
    """(system, name, module) of `homes/<system>/<name>/default.nix`, and so for systems."""
    for system in snowfall.folders(kind):
        for name in snowfall.folders(f"{kind}/{system}"):
            path = f"{snowfall.root}/{kind}/{system}/{name}/default.nix"
            try:
                exists = snowfall.interp.reader.kind(path) is not None
            except ReadFailed:
                exists = False
            if exists:
                yield system, name, path


def _home(snowfall: Snowfall, homes: Attrs, name: str, path: str, system: str) -> Lazy:
    """`homeConfigurations.<name>`, through Home Manager's own builder."""
    interp = snowfall.interp
    user, _, host = name.partition("@")
    lib = delayed(lambda: snowfall.home_lib)
    packages = delayed(lambda: packages_for(interp, system))
    own = get_section(get_section(homes, "users"), name)

    def modules() -> Value:
        found: list[Lazy] = [snowfall_modules.of_flake_utils_plus(packages)]
        found += [Path(path), snowfall_modules.user_module()]
        found += snowfall_modules.by_name(snowfall, "home").values()
        found += expect_items(own, "modules")
        found += expect_items(homes, "modules")
        found.append(snowfall_modules.user_settings(user))
        return found

    special: dict[str, Lazy] = {
        "name": name,
        "system": system,
        "user": user,
        "host": host,
        "format": "home",
        "inputs": snowfall.inputs,
        "namespace": snowfall.namespace,
        "pkgs": packages,
        "lib": lib,
    }
    special.update(get_section(own, "specialArgs"))
    given = Attrs(
        {
            "pkgs": packages,
            "lib": lib,
            "modules": delayed(modules),
            "extraSpecialArgs": snowfall.opened(special),
        }
    )
    return delayed(lambda: home_configuration(interp, _release(snowfall), given))


def expect_items(options: Attrs, name: str) -> list[Lazy]:
    """A list among the options, empty where it is not given; an unknown one is one module."""
    found = get(options, name)
    if isinstance(found, Unknown):
        return [found]
    return [] if found is MISSING else list(expect_list(found))


def _release(snowfall: Snowfall) -> Release:
    found = get(snowfall.inputs, "home-manager")
    modified = get(found, "lastModified") if isinstance(found, Attrs) else None
    return Release(last_modified=modified if isinstance(modified, int) else None)


def _system(
    snowfall: Snowfall, homes: Attrs, systems: Attrs, name: str, path: str, target: str
) -> Value:
    """`nixosConfigurations.<name>` or `darwinConfigurations.<name>`."""
    kind: Kind = "darwin" if "darwin" in target else "nixos"
    own = get_section(get_section(systems, "hosts"), name)
    users = [(entry, module) for _, entry, module in _entries(snowfall, "homes")]
    owned = {entry: system for system, entry, _ in _entries(snowfall, "homes")}

    def modules() -> Value:
        found: list[Lazy] = [Path(path)]
        found += snowfall_modules.by_name(snowfall, kind).values()
        found += expect_items(own, "modules")
        found += expect_items(get_section(systems, "modules"), kind)
        if "home-manager" in snowfall.inputs:
            found.append(os_module("home-manager", "", _release(snowfall).last_modified))
            found += snowfall_modules.of_homes(
                snowfall, homes, [(n, p, owned[n]) for n, p in users], host=name, system=target
            )
        found.append(snowfall_modules.system_users_module(kind))
        found.append(snowfall_modules.host_name(name))
        return found

    special: dict[str, Lazy] = {
        "target": target,
        "system": target,
        "systems": Unknown("systems", _OTHER),
        "lib": delayed(lambda: snowfall.system_lib),
        "host": name,
        "virtual": False,
        "format": "darwin" if kind == "darwin" else "linux",
        "inputs": snowfall.inputs,
        "namespace": snowfall.namespace,
    }
    given = Attrs(
        {
            "system": target,
            "modules": delayed(modules),
            "specialArgs": snowfall.opened({**get_section(own, "specialArgs"), **special}),
            "lib": delayed(lambda: nixpkgs_lib(snowfall.interp)),
        }
    )
    return system_configuration(snowfall.interp, kind, given)
