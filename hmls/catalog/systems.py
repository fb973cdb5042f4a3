"""The options of NixOS and nix-darwin: what their modules declare, not what they define.

Source: nixpkgs nixos/modules/module-list.nix, nixos/lib/eval-config.nix; nix-darwin
modules/module-list.nix, eval-config.nix.
"""

from __future__ import annotations

from collections.abc import Mapping

from hmls.catalog.extract import Extraction, extract
from hmls.catalog.formats import formats
from hmls.catalog.symbolic_lib import keep_calls_of_builtins, symbolic_lib
from hmls.catalog.symbols import Symbol, open_symbol
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import call, delayed, expect_list, force
from hmls.lang.interp import Interp, Reader
from hmls.lang.unit import keeping_trees
from hmls.lang.values import Attrs, Lazy, Path, Value
from hmls.modules.collect import Given
from hmls.modules.library import make_library
from hmls.modules.system import ModuleSystem

_ALL = 10_000
_OF_A_SYSTEM = ("baseModules", "extraModules", "modules", "noUserModules", "specialArgs")


MODULES = {"nixos": "nixos/modules", "darwin": "modules"}
"""Kind of system → where its modules lie below its sources."""


def extract_system(reader: Reader, root: str, kind: str) -> Extraction:
    """What the modules of a kind of system declare. `root` is the folder of its sources on disk.

    Raises NixError for sources that are no such system.
    """
    folder = f"{root}/{MODULES[kind]}"
    interp = Interp(reader, lib=make_library, checked=False)
    keep_calls_of_builtins(interp)
    lib = symbolic_lib(interp.lib)
    known: Mapping[str, Lazy] = {
        "lib": lib,
        "path": Path(root),
        "formats": delayed(lambda: formats(interp)),
    }
    packages = open_symbol(known, ("pkgs",))
    interp.overrides[f"{root}/lib"] = lib

    def utils() -> Value:
        arguments = Attrs({"lib": lib, "pkgs": packages, "config": Symbol(("config",))})
        try:
            return call(force(interp.import_path(f"{root}/nixos/lib/utils.nix")), arguments)
        except (NixError, Unknowable):
            return Symbol(("utils",))

    listed = interp.import_path(f"{folder}/module-list.nix")
    arguments: dict[str, Lazy] = {name: Symbol((name,)) for name in _OF_A_SYSTEM}
    arguments["modulesPath"] = folder
    arguments["utils"] = delayed(utils)
    arguments["pkgs"] = packages
    with keeping_trees(_ALL):
        return extract(
            ModuleSystem(interp, lib),
            [Given(module) for module in expect_list(listed)],
            arguments,
            root=root,
            module_class=kind,
            definitions=False,
        )
