"""How a part of nixpkgs' lib is described and built."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from hmls.lang.builtins.registry import Registry
from hmls.lang.force import expect_attrs
from hmls.lang.values import Lazy, Primop

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

_NOTHING = Registry()
Build = Callable[["Interp", Lazy], Mapping[str, Lazy]]
"""What makes the members of a sub-library, name → lazy value, given the lib around it."""


class SubLibrary(NamedTuple):
    """A set below lib, such as `lib.strings`, and which of its members lib itself has too."""

    name: str
    build: Build
    exports: tuple[str, ...] = ()


def natives(
    name: str,
    *parts: ModuleType | Registry,
    constants: Callable[[Interp], Mapping[str, Lazy]] | None = None,
) -> Build:
    """A sub-library of native functions, and of what is no function.

    A part is a registry, or a file with one (`register`), with `constants(interp)` and with
    the names of builtins that the sub-library inherits (`BUILTINS`), as far as it has them.
    The functions get their full path as a name, for in nixpkgs they are no primops.
    """

    def build(interp: Interp, _lib: Lazy) -> Mapping[str, Lazy]:
        members: dict[str, Lazy] = {}
        for part in parts:
            members.update(inherited(interp, getattr(part, "BUILTINS", "").split()))
            register = part if isinstance(part, Registry) else getattr(part, "register", _NOTHING)
            for member, primop in register.bind(interp).items():
                full = f"lib.{name}.{member}"
                members[member] = Primop(full, primop.arity, primop.function, (), primop.formals)
            if hasattr(part, "constants"):
                members.update(part.constants(interp))
        return members if constants is None else {**members, **constants(interp)}

    return build


def inherited(interp: Interp, names: Iterable[str]) -> dict[str, Lazy]:
    """`inherit (builtins) …;`"""
    builtins = expect_attrs(interp.globals["builtins"])
    return {name: builtins[name] for name in names}
