"""nixpkgs' lib whole: the functions of `lang.lib`, and options, types and modules."""

from __future__ import annotations

from collections.abc import Mapping

from hmls.lang.interp import Interp
from hmls.lang.lib.sublibrary import SubLibrary
from hmls.lang.values import Attrs, Lazy
from hmls.modules import lib_modules, lib_options, lib_types
from hmls.modules.system import ModuleSystem


def make_library(interp: Interp) -> Attrs:
    """`lib` for an interpreter; its parts are made when they are first used."""
    from hmls.lang.lib import make_lib

    return make_lib(interp, sub_libraries(ModuleSystem(interp)))


def sub_libraries(system: ModuleSystem) -> list[SubLibrary]:
    """The parts of lib that are the module system."""

    def modules(_interp: Interp, _lib: Lazy) -> Mapping[str, Lazy]:
        return lib_modules.members(system)

    def options(interp: Interp, _lib: Lazy) -> Mapping[str, Lazy]:
        return {**lib_options.CONSTANTS, **lib_options.register.bind(interp)}

    def types(_interp: Interp, _lib: Lazy) -> Mapping[str, Lazy]:
        return lib_types.members(system)

    return [
        SubLibrary("modules", modules, lib_modules.EXPORTS),
        SubLibrary("options", options, lib_options.EXPORTS),
        SubLibrary("types", types, lib_types.EXPORTS),
    ]
