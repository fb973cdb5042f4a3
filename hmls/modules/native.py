"""Modules made in Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hmls.lang.errors import NixError
from hmls.lang.values import Attrs, Formals, Lazy, Primop, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp


@dataclass(frozen=True, slots=True)
class NativeModule:
    """A module that `build` makes from the interpreter it runs in and the module arguments."""

    build: Callable[[Interp, Attrs], Value]
    name: str

    def function(self) -> Primop:
        """The module as a value for `imports`."""
        return Primop(self.name, 1, _not_called, (), Formals({}, True), self)


def _not_called(_given: Lazy) -> Value:
    raise NixError("a module of the builder was called as a function")
