"""Whether `mkIf` and `mkMerge` are what they are thought to be before they are called."""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang.force import MISSING, attempt, expect_attrs, select
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Value
from hmls.modules.lib_properties import make_if, make_merge


class Marks:
    """Whether the `mkIf` and `mkMerge` of the `lib` that modules get are nixpkgs' own."""

    __slots__ = ("_are_native", "_arguments")

    def __init__(self, arguments: Lazy) -> None:
        self._arguments = arguments
        self._are_native: bool | None = None

    @property
    def are_native(self) -> bool:
        if self._are_native is None:
            lib = attempt(Thunk(_library, self._arguments))
            if lib is MISSING:
                # It may be under evaluation, and be had later.
                return False
            self._are_native = isinstance(lib, Attrs) and all(
                _is_of(lib, name, function) for name, function in _NATIVE.items()
            )
        return self._are_native


_NATIVE: dict[str, Callable[..., Value]] = {"mkIf": make_if, "mkMerge": make_merge}


def _library(arguments: Lazy) -> Value:
    return select(expect_attrs(arguments), "lib")


def _is_of(lib: Attrs, name: str, function: Callable[..., Value]) -> bool:
    found = attempt(lib.get(name, MISSING))
    return found.__class__ is Primop and found.function is function and not found.done
