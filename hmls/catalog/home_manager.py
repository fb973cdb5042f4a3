"""Home Manager's modules from their sources.

Source: home-manager modules/modules.nix, modules/default.nix.
"""

from __future__ import annotations

from collections.abc import Mapping

from hmls.catalog.beside import Both, one_after_the_other
from hmls.catalog.extract import Extraction, extract
from hmls.catalog.formats import formats
from hmls.catalog.symbolic_lib import keep_calls_of_builtins, symbolic_lib
from hmls.catalog.symbols import Symbol, open_symbol
from hmls.lang.force import call, delayed, expect_list, force
from hmls.lang.interp import Interp, Reader
from hmls.lang.unit import keeping_trees
from hmls.lang.values import Attrs, Cause, Lazy, Path, Primop, Unknown, Value
from hmls.modules.collect import Given
from hmls.modules.hm_types import home_manager_lib
from hmls.modules.library import make_library
from hmls.modules.system import ModuleSystem
from hmls.modules.types.containers import ListOf
from hmls.modules.types.foreign import UnknownType
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import STR, UNSPECIFIED

_ALL = 10_000
"""More trees than any input has files: each file is parsed once."""
CLASS = "homeManager"
_NIXPKGS = "/.nixpkgs"
"""Where nixpkgs would be; its few files that Home Manager reads are given natively."""
_META = ("maintainers", "teams", "doc", "buildDocsInSandbox")
_OF_THE_SYSTEM = ("osConfig", "nixosConfig", "darwinConfig")


def extract_home_manager(
    reader: Reader, root: str, both: Both[None] = one_after_the_other
) -> Extraction:
    """What the modules of a Home Manager declare and write. `root` is its folder on disk.

    Raises NixError for sources that are not Home Manager's.
    """
    interp = Interp(reader, lib=make_library, checked=False)
    keep_calls_of_builtins(interp)
    _give_nixpkgs_files(interp)
    lib = symbolic_lib(home_manager_lib(interp, interp.lib))
    packages = symbolic_packages(interp, lib)
    listed = call(
        force(interp.import_path(f"{root}/modules/modules.nix")),
        Attrs({"pkgs": packages, "lib": lib}),
    )
    modules = [Given(module) for module in expect_list(listed)]
    arguments = {name: Symbol((name,)) for name in (*_OF_THE_SYSTEM, "modulesPath", "pkgsPath")}
    with keeping_trees(_ALL):
        return extract(
            ModuleSystem(interp, lib),
            modules,
            {**arguments, "pkgs": packages},
            root=root,
            module_class=CLASS,
            both=both,
        )


def symbolic_packages(interp: Interp, lib: Lazy) -> Attrs:
    """`pkgs` as symbols, but for what decides the structure of options."""
    known: Mapping[str, Lazy] = {
        "lib": lib,
        "path": Path(_NIXPKGS),
        "formats": delayed(lambda: formats(interp)),
    }
    return open_symbol(known, ("pkgs",))


def _give_nixpkgs_files(interp: Interp) -> None:
    misc = f"{_NIXPKGS}/nixos/modules/misc"
    interp.overrides[f"{misc}/assertions.nix"] = assertions_module()
    interp.overrides[f"{misc}/meta.nix"] = meta_module()
    cause = Cause("missing-input", "nixpkgs, which declares what a service has, was not read")
    services = UnknownType(Unknown("a service of nixpkgs", cause))
    service = Attrs({"serviceSubmodule": nix_view(services)})
    interp.overrides[f"{_NIXPKGS}/lib/services/lib.nix"] = Primop(
        "", 1, lambda _given: Attrs({"configure": Primop("", 1, lambda _arguments: service)})
    )


def _option(option_type: Value, **more: Lazy) -> Attrs:
    return Attrs({"_type": "option", "type": nix_view(option_type), **more})


def assertions_module() -> Attrs:
    """Nixpkgs nixos/modules/misc/assertions.nix."""
    options = {
        "assertions": _option(
            ListOf(UNSPECIFIED),
            default=[],
            internal=True,
            description="Conditions that must hold, each with the message to show otherwise.",
        ),
        "warnings": _option(
            ListOf(STR),
            default=[],
            internal=True,
            description="Messages to show when the configuration is built.",
        ),
    }
    return Attrs({"options": Attrs(options)})


def meta_module() -> Attrs:
    """Nixpkgs nixos/modules/misc/meta.nix: who maintains a module, and what documents it.

    The values are made of files of nixpkgs and of all modules, and `doc` has none unless defined.
    """
    cause = Cause("missing-input", "nixpkgs, which declares what meta has, was not read")
    of_all = UnknownType(Unknown("what modules say of themselves", cause))
    option = _option(of_all, internal=True)
    return Attrs({"options": Attrs({"meta": Attrs(dict.fromkeys(_META, option))})})
