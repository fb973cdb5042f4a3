"""nixpkgs' lib whole: the functions of `lang.lib`, and options, types and modules."""

from __future__ import annotations

from collections.abc import Mapping

from hmls.lang.interp import Interp
from hmls.lang.lib.sublibrary import SubLibrary
from hmls.lang.values import Attrs, Lazy, Primop
from hmls.modules import lib_modules, lib_option_docs, lib_options, lib_types
from hmls.modules.system import ModuleSystem


def make_library(interp: Interp, source: str | None = None) -> Attrs:
    """`lib` for an interpreter; its parts are made when they are first used.

    `source` is the `lib` folder of the nixpkgs in use: what is not native is evaluated from there.
    """
    from hmls.lang.lib import make_lib

    return make_lib(interp, sub_libraries(), source)


def sub_libraries() -> list[SubLibrary]:
    """The parts of lib that are the module system."""
    return [
        SubLibrary("modules", _modules, lib_modules.EXPORTS),
        SubLibrary("options", _options, lib_options.EXPORTS),
        SubLibrary("types", _types, lib_types.EXPORTS),
    ]


def _modules(interp: Interp, lib: Lazy) -> Mapping[str, Lazy]:
    return lib_modules.members(ModuleSystem(interp, lib))


def _options(interp: Interp, _lib: Lazy) -> Mapping[str, Lazy]:
    members: dict[str, Lazy] = dict(lib_options.CONSTANTS)
    for register in (lib_options.register, lib_option_docs.register):
        for name, primop in register.bind(interp).items():
            full = f"lib.options.{name}"
            members[name] = Primop(full, primop.arity, primop.function, (), primop.formals)
    return members


def _types(interp: Interp, lib: Lazy) -> Mapping[str, Lazy]:
    return lib_types.members(ModuleSystem(interp, lib), lib)
