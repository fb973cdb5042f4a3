"""How a Python function becomes a Nix builtin or a function of nixpkgs' lib.

A native function takes its arguments lazily, forces what it needs with the `expect_*`
functions of `lang.force`, returns a value, and raises NixError or Unknowable. Its arity
is that of the Python function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hmls.lang.copies import refuse_absent
from hmls.lang.values import Formals, Primop, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

Native = Callable[..., Value]


class Registry:
    """Native functions by the names under which Nix code finds them."""

    def __init__(self) -> None:
        self.free: dict[str, Primop] = {}
        self.bound: dict[str, tuple[Native, int, Formals | None]] = {}

    def __call__(self, *names: str, formals: Formals | None = None) -> Callable[[Native], Native]:
        """Register a function under one or more names."""

        def register(function: Native) -> Native:
            primop = Primop(names[0].rpartition(".")[2], _arity(function), function, (), formals)
            for name in names:
                self.free[name] = primop
            return function

        return register

    def with_interp(
        self, *names: str, formals: Formals | None = None
    ) -> Callable[[Native], Native]:
        """Register a function whose first parameter is the `Interp` that it runs in."""

        def register(function: Native) -> Native:
            for name in names:
                self.bound[name] = (function, _arity(function) - 1, formals)
            return function

        return register

    def copying(self, *names: str) -> Callable[[Native], Native]:
        """Register a function that copies files to the store whose paths it is given."""

        def register(function: Native) -> Native:
            for name in names:
                self.bound[name] = (_refusing_absent(function), _arity(function), None)
            return function

        return register

    def bind(self, interp: Interp) -> dict[str, Primop]:
        """All functions, those with an interp bound to this one."""
        made = dict(self.free)
        for name, (function, arity, formals) in self.bound.items():
            short = name.rpartition(".")[2]
            made[name] = Primop(short, arity, _bound(function, interp, arity), (), formals)
        return made


def _arity(function: Any) -> int:
    count: int = function.__code__.co_argcount
    return count


def _refusing_absent(function: Native) -> Native:
    return lambda interp, *arguments: refuse_absent(interp, function(*arguments))


def _bound(function: Native, interp: Interp, arity: int) -> Native:
    # Plain closures: functools.partial would go through the C stack.
    match arity:
        case 1:
            return lambda a: function(interp, a)
        case 2:
            return lambda a, b: function(interp, a, b)
        case 3:
            return lambda a, b, c: function(interp, a, b, c)
    return lambda *arguments: function(interp, *arguments)
