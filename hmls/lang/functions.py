"""What arguments a function takes."""

from __future__ import annotations

from hmls.lang.errors import Unknowable
from hmls.lang.force import MISSING, call, expect_attrs, force, get
from hmls.lang.values import Attrs, Lambda, Lazy, Primop, Unknown, Value


def function_args(function: Value) -> dict[str, Lazy]:
    """`lib.functionArgs`: the names in a function's pattern → whether they have a default."""
    if isinstance(function, Attrs):
        given = get(function, "__functionArgs")
        if given is not MISSING:
            return dict(expect_attrs(given))
        functor = get(function, "__functor")
        if functor is not MISSING:
            return function_args(call(force(functor), function))
    if isinstance(function, Lambda | Primop):
        return dict(function.formals.arguments) if function.formals is not None else {}
    if isinstance(function, Unknown):
        raise Unknowable(function)
    return {}
