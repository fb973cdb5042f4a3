"""The modules of a snowfall flake: those in its folders, and those snowfall-lib brings.

Source: snowfall-lib snowfall-lib/{module,home,system}, modules/{home,nixos,darwin}/user.
"""

from __future__ import annotations

from hmls.homes.builders.configuration import environment_of
from hmls.homes.builders.snowfall_lib import Snowfall
from hmls.homes.packages import packages_for
from hmls.lang.force import MISSING, call, delayed, expect_attrs, force, get, is_function
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Cause, Formals, Lazy, OpenAttrs, Path, Primop, Unknown, Value
from hmls.modules.native import NativeModule, raw
from hmls.modules.properties import if_, override
from hmls.modules.types.base import OptionType
from hmls.modules.types.containers import AttrsOf
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import BOOL, STR
from hmls.modules.types.submodules import DeferredModule, Submodule

_VIRTUAL = (
    "amazon", "azure", "cloudstack", "do", "docker", "gce", "install-iso-hyperv", "hyperv",
    "install-iso", "iso", "kexec", "kexec-bundle", "kubevirt", "proxmox-lxc", "lxc-metadata",
    "lxc", "openstack", "proxmox", "qcow", "raw-efi", "raw", "sd-aarch64-installer",
    "sd-aarch64", "vagrant-virtualbox", "virtualbox", "vm-bootloader", "vm-nogui", "vmware", "vm",
)  # fmt: skip
_DEFAULT = 1000
_SYSTEMS = Cause("not-evaluated", "the set of all systems is not known here")


def is_virtual(target: str) -> bool:
    """Whether a folder such as `x86_64-iso` holds images and not systems."""
    return target.rpartition("-")[2] not in ("linux", "darwin") and any(
        kind in target for kind in _VIRTUAL
    )


def by_name(snowfall: Snowfall, kind: str, override: Attrs | None = None) -> dict[str, Lazy]:
    """Folder below `modules/<kind>` → its module, in the order of the names."""
    found: dict[str, Lazy] = {}
    for relative in snowfall.default_files(f"modules/{kind}"):
        name = relative.removesuffix("default.nix").rstrip("/")
        found[name] = _wrapped(snowfall, f"{snowfall.root}/modules/{kind}/{relative}")
    found.update(override or {})
    return dict(sorted(found.items()))


def _wrapped(snowfall: Snowfall, path: str) -> Primop:
    """A module that is called with all of snowfall's arguments, whether it asks or not."""

    def build(interp: Interp, given: Attrs) -> Value:
        module = interp.import_path(path)
        if is_function(module):
            module = call(module, _arguments(snowfall, given))
        made = expect_attrs(module)
        if isinstance(made, OpenAttrs):
            return OpenAttrs({**made, "_file": path}, made.rest, made.positions, made.absent)
        return Attrs({**made, "_file": path}, made.positions)

    return NativeModule(build, path).function()


def _arguments(snowfall: Snowfall, given: Attrs) -> Attrs:
    system = delayed(lambda: _system_of(given))
    own: dict[str, Lazy] = {
        "system": system,
        "target": given.get("target", system),
        "format": delayed(lambda: _format_of(system)),
        "virtual": given.get("virtual", False),
        "systems": given.get("systems", Attrs()),
        "lib": delayed(lambda: snowfall.system_lib),
        "pkgs": delayed(lambda: packages_for(snowfall.interp, system)),
        "inputs": snowfall.inputs,
        "namespace": snowfall.namespace,
    }
    if isinstance(given, OpenAttrs):
        return OpenAttrs({**given, **own}, given.rest, {}, given.absent)
    return snowfall.opened({**given, **own})


def _system_of(given: Attrs) -> Value:
    found = get(given, "system")
    return Unknown("system", _SYSTEMS, None, "string") if found is MISSING else found


def _format_of(system: Lazy) -> Value:
    value = force(system)
    if isinstance(value, Unknown):
        return value
    return "darwin" if "darwin" in value else "linux"


def _option(option_type: OptionType, *default: Lazy) -> Attrs:
    made = Attrs({"_type": "option", "type": nix_view(option_type)})
    if default:
        made["default"] = default[0]
    return made


def of_flake_utils_plus(packages: Lazy) -> Primop:
    """What flake-utils-plus, which snowfall-lib hands its homes to, sets in each of them first.

    Source: flake-utils-plus lib/mkFlake.nix.
    """
    latest = delayed(lambda: _path(packages, "nixVersions", "latest"))
    nix = {
        "package": override(_DEFAULT, latest),
        "extraOptions": "extra-experimental-features = nix-command flakes",
    }
    module = Attrs({"config": Attrs({"nix": Attrs(nix)})})
    return NativeModule(lambda _interp, _given: module, "flake-utils-plus/mkFlake").function()


def user_module() -> Primop:
    """`snowfallorg.user.*` of a home, which set `home.username` and `home.homeDirectory`."""
    return NativeModule(_user_options, "snowfall-lib/modules/home/user").function()


def _user_options(_interp: Interp, given: Attrs) -> Value:
    user = delayed(lambda: _path(raw(given, "config"), "snowfallorg", "user"))
    name = delayed(lambda: get(expect_attrs(user), "name"))

    def directory() -> Value:
        if "osConfig" in given:
            value = _path(given["osConfig"], "users", "users")
            found = value if isinstance(value, Unknown) else _home_of(value, force(name))
            if found is not None:
                return found
        system = _system_of(given)
        if isinstance(system, Unknown):
            return system
        return f"{'/Users' if 'darwin' in system else '/home'}/{force(name)}"

    options = {
        "enable": _option(BOOL, False),
        "name": _option(STR),
        "home": Attrs({"directory": _option(STR, delayed(directory))}),
    }
    home = {
        "username": override(_DEFAULT, name),
        "homeDirectory": override(_DEFAULT, delayed(lambda: _path(user, "home", "directory"))),
    }
    enabled = delayed(lambda: get(expect_attrs(user), "enable"))
    return Attrs(
        {
            "options": Attrs({"snowfallorg": Attrs({"user": Attrs(options)})}),
            "config": if_(enabled, Attrs({"home": Attrs(home)})),
        }
    )


def _home_of(users: Value, name: Value) -> Value:
    found = get(expect_attrs(users), name)
    if found is MISSING or isinstance(found, Unknown):
        return None if found is MISSING else found
    home = get(expect_attrs(found), "home")
    return None if home is MISSING else home


def _path(lazy: Lazy, *names: str) -> Value:
    value = force(lazy)
    for name in names:
        value = value.select(name) if isinstance(value, Unknown) else get(expect_attrs(value), name)
    return value


def user_settings(user: str) -> Attrs:
    """What says whose home a module is."""
    settings = Attrs({"name": override(_DEFAULT, user), "enable": override(_DEFAULT, True)})
    return Attrs({"config": Attrs({"snowfallorg": Attrs({"user": settings})})})


def host_name(name: str) -> Attrs:
    """What flake-utils-plus adds to a system."""
    networking = Attrs({"hostName": override(_DEFAULT, name)})
    return Attrs({"config": Attrs({"networking": networking})})


def of_homes(
    snowfall: Snowfall,
    homes: Attrs,
    users: list[tuple[str, str, str]],
    *,
    host: str,
    system: str,
) -> list[Lazy]:
    """What a system gets of homes: shared modules, arguments, and each home that is for it.

    `users` holds (name, path of the module, system) of all homes of the flake.
    """
    from hmls.homes.builders.snowfall import expect_items, get_section

    arguments: dict[str, Lazy] = {
        "system": system,
        "target": system,
        "format": "darwin" if "darwin" in system else "linux",
        "virtual": False,
        "systems": Unknown("systems", _SYSTEMS),
        "host": host,
        "lib": delayed(lambda: snowfall.home_lib),
        "inputs": snowfall.inputs,
    }
    shared = [user_module(), *by_name(snowfall, "home").values(), *expect_items(homes, "modules")]
    section = {"sharedModules": shared, "extraSpecialArgs": Attrs(arguments)}
    modules: list[Lazy] = [Attrs({"config": Attrs({"home-manager": Attrs(section)})})]
    for name, path, home_system in users:
        user, _, user_host = name.partition("@")
        if user_host == host or (not user_host and home_system == system):
            own = get_section(get_section(homes, "users"), name)
            modules.append(_home_on_host(snowfall, own, user, path))
    return modules


def _home_on_host(snowfall: Snowfall, own: Attrs, user: str, path: str) -> Primop:
    from hmls.homes.builders.snowfall import expect_items, get_section

    def build(_interp: Interp, given: Attrs) -> Value:
        settings = delayed(
            lambda: _path(raw(given, "config"), "snowfallorg", "users", user, "home")
        )
        imports = [
            delayed(lambda: _path(settings, "config")),
            *expect_items(own, "modules"),
            Path(path),
        ]
        special = Attrs({**get_section(own, "specialArgs"), "namespace": snowfall.namespace})
        config = Attrs(
            {
                **expect_attrs(user_settings(user)["config"]),
                "_module": Attrs({"args": special}),
            }
        )
        enabled = delayed(lambda: _path(settings, "enable"))
        home_manager = Attrs(
            {
                "users": Attrs({user: if_(enabled, Attrs({"imports": imports}))}),
                "useGlobalPkgs": override(_DEFAULT, True),
            }
        )
        users = Attrs({user: Attrs({"home": Attrs({"config": config})})})
        return Attrs(
            {
                "config": Attrs(
                    {"home-manager": home_manager, "snowfallorg": Attrs({"users": users})}
                )
            }
        )

    return NativeModule(build, f"snowfall-lib/home/user/{user}").function()


def system_users_module(kind: str) -> Primop:
    """`snowfallorg.users.<name>` of a system, which make its users."""

    def build(interp: Interp, given: Attrs) -> Value:
        system = environment_of(interp).system
        darwin = kind == "darwin"

        def module(arguments: Lazy) -> Value:
            name = expect_attrs(arguments)["name"]
            parent = "/Users" if darwin else "/home"
            home = {
                "enable": _option(BOOL, True),
                "path": _option(STR, delayed(lambda: f"{parent}/{force(name)}")),
                "config": _option(DeferredModule(system, []), Attrs()),
            }
            options = {
                "create": _option(BOOL, True),
                "admin": _option(BOOL, True),
                "home": Attrs(home),
            }
            return Attrs({"options": Attrs(options)})

        function = Primop("", 1, module, (), Formals({"name": False}, True))
        users = AttrsOf(Submodule(system, [function], shorthand=True))
        config = raw(given, "config")
        return Attrs(
            {
                "options": Attrs({"snowfallorg": Attrs({"users": _option(users, Attrs())})}),
                "config": Attrs(
                    {"users": Attrs({"users": delayed(lambda: _users(config, darwin))})}
                ),
            }
        )

    return NativeModule(build, f"snowfall-lib/modules/{kind}/user").function()


def _users(config: Lazy, darwin: bool) -> Value:
    users = _path(config, "snowfallorg", "users")
    if isinstance(users, Unknown):
        return users
    made: dict[str, Lazy] = {}
    for name, user in expect_attrs(users).items():
        made[name] = _user(name, user, darwin)
    if isinstance(users, OpenAttrs):
        return OpenAttrs(made, users.rest)
    return Attrs(made)


def _user(name: str, user: Lazy, darwin: bool) -> Attrs:
    home = override(_DEFAULT, delayed(lambda: _path(user, "home", "path")))
    create = delayed(lambda: _path(user, "create"))
    if darwin:
        return if_(create, Attrs({"home": home}))
    groups = delayed(lambda: ["wheel"] if _path(user, "admin") is True else [])
    return if_(
        create,
        Attrs(
            {
                "isNormalUser": override(_DEFAULT, True),
                "name": override(_DEFAULT, name),
                "home": home,
                "group": override(_DEFAULT, "users"),
                "extraGroups": groups,
            }
        ),
    )
