"""The values of a flake's inputs: natively for those whose builders are known, else from source.

An input that is not in the Nix store is unknown by name; its store path is known all the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import gmtime, strftime

from hmls.homes.builders import (
    blueprint,
    darwin,
    droid,
    ez_configs,
    flake_parts,
    flake_utils,
    home_manager,
    import_tree,
    nixos,
    snowfall,
)
from hmls.homes.lock import Lock, LockedInput
from hmls.homes.packages import import_packages, packages_for
from hmls.lang.errors import NixError
from hmls.lang.force import MISSING, call, delayed, expect_attrs, force, get, select
from hmls.lang.interp import Interp, ReadFailed
from hmls.lang.lib.systems.platforms import FLAKE_EXPOSED
from hmls.lang.values import Attrs, Cause, ContextString, Lazy, OpenAttrs, Primop, Unknown, Value
from hmls.modules.library import make_library

_ROLES = {
    "nixpkgs": "nixpkgs",
    "home-manager": "home-manager",
    "nix-darwin": "nix-darwin",
    "nix-on-droid": "nix-on-droid",
    "flake-parts": "flake-parts",
    "flake-utils": "flake-utils",
    "default": "systems",
    "default-linux": "systems",
    "default-darwin": "systems",
    "x86_64-linux": "systems",
    "nixpkgs.lib": "nixpkgs-lib",
    "snowfall-lib": "snowfall-lib",
    "import-tree": "import-tree",
    "blueprint": "blueprint",
    "ez-configs": "ez-configs",
}
_SYSTEMS = {
    "default": ["aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"],
    "default-linux": ["aarch64-linux", "x86_64-linux"],
    "default-darwin": ["aarch64-darwin", "x86_64-darwin"],
    "x86_64-linux": ["x86_64-linux"],
}

_YEAR_9999 = 253_370_764_800
"""In seconds since 1970: no date after it is written with four digits."""


@dataclass(frozen=True, slots=True)
class InputContext:
    """What the values of inputs are made with."""

    interp: Interp
    lock: Lock
    in_store: Callable[[str], bool]
    """Whether a store path is there to be read."""
    root: str
    """The flake's own folder."""
    is_inner: bool = False
    """Whether the values are for an input's own flake.nix, which is not the user's to change."""

    def path_of(self, locked: LockedInput) -> str | None:
        """Where an input's sources are: in the store, or in the flake itself."""
        if locked.folder is not None:
            return os.path.normpath(os.path.join(self.root, locked.folder))
        return locked.store_path

    def is_here(self, locked: LockedInput, path: str | None) -> bool:
        if path is None:
            return False
        return os.path.isdir(path) if locked.folder is not None else self.in_store(path)


def role_of(name: str, locked: LockedInput) -> str | None:
    """Which of the flakes known natively an input is, by its repository, else by its name."""
    repository = locked.repository
    short = repository.rpartition("/")[2]
    if repository == "snowfallorg/lib" or (name == "snowfall-lib" and short == "lib"):
        # Forks keep the name of the repository.
        return "snowfall-lib"
    if repository.startswith("nix-systems/"):
        return "systems"
    if short in _ROLES and short not in _SYSTEMS:
        return _ROLES[short]
    if "channels" in repository or "nixexprs" in repository:
        return "nixpkgs"
    if repository and "/" in repository and not locked.is_on_this_machine:
        return None
    return _ROLES.get(name) if name not in _SYSTEMS else None


def main_nixpkgs(inputs: Mapping[str, LockedInput]) -> str | None:
    """The input that `pkgs` most likely comes from."""
    found = [name for name, locked in inputs.items() if role_of(name, locked) == "nixpkgs"]
    if "nixpkgs" in found:
        return "nixpkgs"
    return min(found, key=len) if found else None


def library_folder(context: InputContext, name: str | None) -> str | None:
    """The `lib` of an input, from which comes what is not native. None where it is not there."""
    locked = context.lock.inputs.get(name or "")
    path = None if locked is None else context.path_of(locked)
    if locked is None or path is None or not context.is_here(locked, path):
        return None
    folder = os.path.join(path, "lib")
    return folder if _is_file(context, os.path.join(folder, "default.nix")) else None


def _is_file(context: InputContext, path: str) -> bool:
    """Whether a file is there and may be read; a link may lead out of the store."""
    try:
        return context.interp.reader.kind(path) == "regular"
    except ReadFailed:
        return False


def inputs_of_role(lock: Lock, role: str) -> list[tuple[str, LockedInput]]:
    """The inputs that are a flake known natively: the lock's own first, then those of inputs."""
    found = lock.by_role.get(role)
    if found is None:
        found = lock.by_role[role] = _inputs_of_role(lock, role)
    return found


def _inputs_of_role(lock: Lock, role: str) -> list[tuple[str, LockedInput]]:
    own = lock.inputs
    found = [(name, locked) for name, locked in own.items() if role_of(name, locked) == role]
    found.sort(key=lambda pair: (pair[0] != role, len(pair[0])))
    known = {locked.node for _, locked in found}
    for locked in own.values():
        for name, inner in lock.inputs_of(locked).items():
            if inner.node not in known and role_of(name, inner) == role:
                known.add(inner.node)
                found.append((name, inner))
    return found


def input_values(context: InputContext, inputs: Mapping[str, LockedInput]) -> dict[str, Lazy]:
    """Name → lazy value of each input."""
    return {
        name: delayed(lambda name=name, locked=locked: input_value(context, name, locked))  # type: ignore[misc]
        for name, locked in inputs.items()
    }


def missing(name: str) -> Cause:
    return Cause("missing-input", f"the input {name} is not in the Nix store here", name)


def input_value(context: InputContext, name: str, locked: LockedInput) -> Value:
    """The value of one input."""
    path = context.path_of(locked)
    base = _base(name, locked, path)
    role = role_of(name, locked)
    native = _NATIVE.get(role or "")
    own = {} if native is None else dict(native(context, name, locked, path or ""))
    if path is not None and context.is_here(locked, path):
        if not locked.is_flake:
            return base
        return _from_source(context, name, locked, path, base, own)
    rest = Unknown(f"inputs.{name}", missing(name), None, "set")
    return OpenAttrs({**base, **own}, rest)


def _base(name: str, locked: LockedInput, path: str | None) -> Attrs:
    """What Nix itself adds to a flake's outputs. Source: nix src/libflake/call-flake.nix."""
    known: dict[str, Lazy] = {"_type": "flake"} if locked.is_flake else {}
    if path is not None:
        known["outPath"] = ContextString(path, frozenset((path,)))
    else:
        known["outPath"] = Unknown(f"inputs.{name}", missing(name), None, "string")
    revision = locked.locked.get("rev")
    if isinstance(revision, str):
        known["rev"] = revision
        known["shortRev"] = revision[:7]
    for field in ("lastModified", "narHash"):
        if field in locked.locked:
            known[field] = locked.locked[field]
    modified = locked.locked.get("lastModified")
    if isinstance(modified, int) and 0 <= modified < _YEAR_9999:
        known["lastModifiedDate"] = strftime("%Y%m%d%H%M%S", gmtime(modified))
    known["sourceInfo"] = Attrs(known)
    return Attrs(known)


def _from_source(
    context: InputContext,
    name: str,
    locked: LockedInput,
    path: str,
    base: Attrs,
    own: Mapping[str, Lazy],
) -> Value:
    """The outputs of an input whose source is there, with what is known natively on top."""
    self_value: Lazy = delayed(lambda: whole())

    def outputs() -> Value:
        flake = context.interp.import_path(os.path.join(path, "flake.nix"))
        function = get(expect_attrs(flake), "outputs")
        if function is MISSING:
            raise NixError("flake has no outputs")
        inner = replace(context, is_inner=True)
        inputs = input_values(inner, context.lock.inputs_of(locked))
        return call(function, Attrs({**inputs, "self": self_value}))

    def whole() -> Value:
        try:
            made = force(outputs_lazy)
        except NixError:
            made = None
        if not isinstance(made, Attrs | Unknown):
            # An input that does not evaluate here is one that is not known.
            made = Unknown(f"inputs.{name}", Cause("input-error", f"{name} does not evaluate here"))
        known = {**base, **own, "inputs": Attrs(), "outputs": outputs_lazy}
        if isinstance(made, OpenAttrs):
            return OpenAttrs({**made, **known}, made.rest, made.positions, made.absent)
        if isinstance(made, Attrs):
            return Attrs({**made, **known}, made.positions)
        return OpenAttrs(known, made)

    outputs_lazy: Lazy = delayed(outputs)
    return force(self_value)


def _nixpkgs(context: InputContext, name: str, locked: LockedInput, path: str) -> dict[str, Lazy]:
    interp = context.interp
    text = "pkgs" if name == main_nixpkgs(context.lock.inputs) else name
    source = _readable(context, locked, path)
    if not path:
        # Where no lock says where it lies, it is imported by the name of what it is.
        interp.overrides.setdefault(f"inputs.{name}", import_packages(interp, text, path))
    if path:
        interp.overrides.setdefault(path, import_packages(interp, text, path))
        interp.overrides.setdefault(
            f"{path}/nixos/lib/eval-config.nix", nixos.eval_config(interp, source)
        )
        interp.overrides.setdefault(f"{path}/lib", delayed(lambda: interp.lib))
    rest = Unknown(f"inputs.{name}.legacyPackages", missing(name))
    packages = {
        system: delayed(lambda s=system: packages_for(interp, s, text=text, source=path))  # type: ignore[misc]
        for system in FLAKE_EXPOSED
    }
    return {
        "lib": delayed(
            lambda: nixos.nixpkgs_lib(interp, _versioned_lib(context, locked, path), source)
        ),
        "legacyPackages": OpenAttrs(packages, rest),
        "nixosModules": OpenAttrs((), Unknown(f"inputs.{name}.nixosModules", missing(name))),
    }


def _nixpkgs_lib(
    context: InputContext, _name: str, locked: LockedInput, path: str
) -> dict[str, Lazy]:
    if path:
        context.interp.overrides.setdefault(f"{path}/lib", delayed(lambda: context.interp.lib))
    interp = context.interp
    return {"lib": delayed(lambda: _versioned_lib(context, locked, path) or force(interp.lib))}


def _versioned_lib(context: InputContext, locked: LockedInput, path: str) -> Attrs | None:
    """The lib of an inner flake's nixpkgs in the store, which knows its version.

    The user's own modules get the lib of one of several nixpkgs, and which is not certain.
    Source: nixpkgs flake.nix.
    """
    interp = context.interp
    if not context.is_inner or not context.in_store(path):
        return None
    lib = make_library(interp, f"{path}/lib")
    version = f"{path}/lib/flake-version-info.nix"
    if not _is_file(context, version):
        return lib
    overlay = delayed(lambda: call(force(interp.import_path(version)), _base("", locked, path)))
    return expect_attrs(call(select(lib, "extend"), overlay))


def _home_manager(
    context: InputContext, name: str, locked: LockedInput, path: str
) -> dict[str, Lazy]:
    module = home_manager.os_module(name, path, locked.locked.get("lastModified"))
    if path:
        overrides = context.interp.overrides
        overrides.setdefault(f"{path}/nixos", module)
        overrides.setdefault(f"{path}/nix-darwin", module)
    release = home_manager.Release(name, path, locked.locked.get("lastModified"))
    return {
        "lib": delayed(lambda: home_manager.library(context.interp, release)),
        "nixosModules": _modules(name, "nixosModules", module),
        "darwinModules": _modules(name, "darwinModules", module),
        "flakeModules": _modules(name, "flakeModules", home_manager.flake_module()),
        "nixosModule": module,
        "darwinModule": module,
    }


def _modules(name: str, attribute: str, module: Value) -> OpenAttrs:
    rest = Unknown(f"inputs.{name}.{attribute}", missing(name))
    return OpenAttrs({"home-manager": module, "default": module}, rest)


def _readable(context: InputContext, locked: LockedInput, path: str) -> str | None:
    """The path of an input, where its sources are there."""
    return path if context.is_here(locked, path or None) else None


def _darwin(context: InputContext, name: str, locked: LockedInput, path: str) -> dict[str, Lazy]:
    rest = Unknown(f"inputs.{name}.lib", missing(name))
    function = darwin.darwin_system(context.interp, _readable(context, locked, path))
    return {"lib": OpenAttrs({"darwinSystem": function, "evalConfig": function}, rest)}


def _droid(context: InputContext, name: str, locked: LockedInput, _path: str) -> dict[str, Lazy]:
    rest = Unknown(f"inputs.{name}.lib", missing(name))
    brought = context.lock.inputs_of(locked).get("home-manager")
    release = home_manager.Release()
    if brought is not None:
        date = brought.locked.get("lastModified")
        release = home_manager.Release("home-manager", brought.store_path or "", date)
    function = droid.droid_configuration(context.interp, release)
    return {"lib": OpenAttrs({"nixOnDroidConfiguration": function}, rest)}


def _flake_parts(
    context: InputContext, name: str, locked: LockedInput, path: str
) -> dict[str, Lazy]:
    lib = context.lock.inputs_of(locked).get("nixpkgs-lib")
    is_readable = context.is_inner and context.in_store(path)
    if is_readable and lib is not None and context.is_here(lib, lib.store_path):
        return {}  # It reads as it is where it learns the version of its lib.
    rest = Unknown(f"inputs.{name}.lib", missing(name))
    return {"lib": OpenAttrs({"mkFlake": flake_parts.make_flake(context.interp)}, rest)}


def _flake_utils(context: InputContext, name: str, _l: LockedInput, _p: str) -> dict[str, Lazy]:
    rest = Unknown(f"inputs.{name}.lib", missing(name))
    return {"lib": OpenAttrs(flake_utils.functions(context.interp), rest)}


def _snowfall(context: InputContext, name: str, locked: LockedInput, _p: str) -> dict[str, Lazy]:
    known = locked.repository in ("snowfallorg/lib", "")
    fork = None if known else Unknown(f"inputs.{name}", missing(name))
    return snowfall.functions(context.interp, fork)


def _import_tree(context: InputContext, _n: str, _l: LockedInput, _p: str) -> Mapping[str, Lazy]:
    return import_tree.import_tree(context.interp)


def _ez_configs(context: InputContext, _n: str, _l: LockedInput, _p: str) -> dict[str, Lazy]:
    return {"flakeModule": delayed(lambda: ez_configs.flake_module(context.interp))}


def _blueprint(context: InputContext, _n: str, locked: LockedInput, _p: str) -> dict[str, Lazy]:
    brought = Attrs(input_values(context, context.lock.inputs_of(locked)))
    return blueprint.blueprint(context.interp, brought)


def _systems(context: InputContext, _name: str, locked: LockedInput, path: str) -> dict[str, Lazy]:
    short = locked.repository.rpartition("/")[2]
    found = _SYSTEMS.get(short)
    if found is not None and path:
        context.interp.overrides.setdefault(path, list(found))
    return {}


_Native = Callable[[InputContext, str, LockedInput, str], Mapping[str, Lazy]]
_NATIVE: dict[str, _Native] = {
    "nixpkgs": _nixpkgs,
    "nixpkgs-lib": _nixpkgs_lib,
    "home-manager": _home_manager,
    "nix-darwin": _darwin,
    "nix-on-droid": _droid,
    "flake-parts": _flake_parts,
    "flake-utils": _flake_utils,
    "snowfall-lib": _snowfall,
    "import-tree": _import_tree,
    "blueprint": _blueprint,
    "ez-configs": _ez_configs,
    "systems": _systems,
}

__all__ = ["InputContext", "Primop", "input_value", "input_values", "main_nixpkgs", "role_of"]
