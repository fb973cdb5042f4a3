"""Homes by convention, where the flake cannot be known: layers over shared modules.

The builder's defaults are those that facts/layout.md documents for such repositories.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hmls.homes.builders.configuration import Configuration, Environment
from hmls.homes.builders.home_manager import BUILDER, Release, evaluate_home
from hmls.homes.layout import Layout
from hmls.homes.packages import packages_for
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import force
from hmls.lang.interp import ReadFailed
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Path, Unknown
from hmls.modules.evaluation import Evaluation
from hmls.modules.properties import if_, override

if TYPE_CHECKING:
    from hmls.homes.targets import Target

STATE_VERSION = "24.11"
_ASSUMED = Cause("convention", "the flake was not understood, so its arguments are not known")


def _never_special(layout: Layout) -> frozenset[str]:
    """Arguments that Home Manager gives itself; frameworks that load all modules give their own."""
    if layout.row is not None and layout.row.shared in ("all", "default"):
        return frozenset(("pkgs",))
    return frozenset(("pkgs", "osConfig", "nixosConfig", "darwinConfig"))


SHARED = ("inputs", "lib", "namespace", "self")
"""Arguments that the homes of one flake have in common."""


def conventional_home(
    environment: Environment, layout: Layout, target: Target, sibling: Configuration | None
) -> Evaluation:
    """The home of a target from its layers; what it is given is as of a home of the same flake."""
    system = target.system or "x86_64-linux"
    modules: list[Lazy] = [Path(path) for path in shared_modules(environment, layout)]
    modules += [Path(layer.entry) for layer in target.layers if layer.has_entry]
    if target.kind == "standalone":
        modules.append(_builder(target.user, system))
    if target.kind == "droid":
        modules.append(_of_device())
    special: dict[str, Lazy] = {"isDroid": target.kind == "droid", "system": system}
    for name in ("inputs", "self"):
        special[name] = Unknown(name, _ASSUMED)
    special.update(_shared(sibling))
    if target.kind == "host":
        special["osConfig"] = _host_config(target)
        modules.append(_from_host(target.user))
    return evaluate_home(
        environment,
        Release(),
        modules=modules,
        packages=packages_for(environment.interp, system),
        lib=environment.interp.lib if sibling is None or sibling.lib is None else sibling.lib,
        special=OpenAttrs(special, Unknown("specialArgs", _ASSUMED), {}, _never_special(layout)),
    )


def _shared(sibling: Configuration | None) -> dict[str, Lazy]:
    """The arguments of another home that this one gets too, as far as they can be had."""
    try:
        given = None if sibling is None else force(sibling.special)
    except (NixError, Unknowable):
        return {}
    return {name: given[name] for name in SHARED if isinstance(given, Attrs) and name in given}


def shared_modules(environment: Environment, layout: Layout) -> list[str]:
    """The modules that every home gets, as the layout has it."""
    folder = layout.home_modules
    if folder is None or layout.row is None or layout.row.shared == "none":
        return []
    reader = environment.interp.reader
    default = os.path.join(folder, "default.nix")
    if layout.row.shared != "all" and _is_file(reader, default):
        return [default]
    return [] if layout.row.shared == "default" else sorted(_every_module(reader, folder))


def _is_file(reader: object, path: str) -> bool:
    try:
        return reader.kind(path) == "regular"  # type: ignore[attr-defined, no-any-return]
    except ReadFailed:
        return False


def _every_module(reader: object, folder: str) -> list[str]:
    found: list[str] = []
    folders = [folder]
    while folders:
        current = folders.pop()
        try:
            entries = dict(reader.read_directory(current))  # type: ignore[attr-defined]
        except ReadFailed:
            continue
        if entries.get("default.nix") == "regular" and current != folder:
            found.append(os.path.join(current, "default.nix"))
            continue
        for name, kind in entries.items():
            path = os.path.join(current, name)
            if kind == "directory":
                folders.append(path)
            elif name.endswith(".nix") and kind == "regular" and current == folder:
                found.append(path)
    return found


def _builder(user: str, system: str) -> Attrs:
    """What the documented builder sets: username, homeDirectory and stateVersion."""
    parent = "/Users" if system.endswith("-darwin") else "/home"
    home = Attrs(
        {
            "username": user,
            "homeDirectory": override(1000, f"{parent}/{user}"),
            "stateVersion": override(1000, STATE_VERSION),
        }
    )
    return Attrs({"_file": BUILDER, "config": Attrs({"home": home})})


def _of_device() -> Attrs:
    """What Nix-on-Droid sets from its own `user.userName` and `user.home`."""
    home = Attrs(
        {
            "username": Unknown("nix-on-droid's user.userName", _ASSUMED, None, "string"),
            "homeDirectory": Unknown("nix-on-droid's user.home", _ASSUMED, None, "string"),
            "stateVersion": override(1000, STATE_VERSION),
        }
    )
    return Attrs({"_file": BUILDER, "config": Attrs({"home": home})})


def _from_host(user: str) -> Attrs:
    """What Home Manager's NixOS module sets from `users.users.<name>`, which is not known."""
    users = f"osConfig.users.users.{user}"
    home = Attrs(
        {
            "username": Unknown(f"{users}.name", _ASSUMED, None, "string"),
            "homeDirectory": Unknown(f"{users}.home", _ASSUMED, None, "string"),
            "uid": if_(Unknown(f"{users}.uid", _ASSUMED), Unknown(f"{users}.uid", _ASSUMED)),
        }
    )
    is_external = Unknown("osConfig.home-manager.useUserPackages", _ASSUMED, None, "bool")
    support = Attrs({"enable": True, "externalPackageInstall": is_external})
    is_enabled = Unknown("osConfig.nix.enable", _ASSUMED, None, "bool")
    package = if_(is_enabled, Unknown("osConfig.nix.package", _ASSUMED))
    nix = Attrs({"enable": is_enabled, "package": package})
    defined = Attrs({"home": home, "submoduleSupport": support, "nix": nix})
    return Attrs({"_file": BUILDER, "config": defined})


def _host_config(target: Target) -> OpenAttrs:
    rest = Unknown("osConfig", _ASSUMED)
    networking = OpenAttrs({"hostName": target.host}, rest.select("networking"))
    return OpenAttrs({"networking": networking}, rest)
