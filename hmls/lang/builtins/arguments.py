"""What builtins share: demands on arguments beyond those of `lang.force`."""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import call, expect_attrs, expect_plain_string, force
from hmls.lang.values import (
    Attrs,
    Lambda,
    Lazy,
    OpenAttrs,
    Unknown,
    Value,
    quote_attribute,
)

__all__ = ["applier", "expect_open_attrs", "expect_plain_string", "known", "required"]


def expect_open_attrs(lazy: Lazy) -> Attrs:
    """A set; one of which nothing is known but that it is a set is open."""
    value = force(lazy)
    if isinstance(value, Unknown) and value.kind in (None, "set"):
        return OpenAttrs((), value)
    return expect_attrs(value)


def required(attrs: Attrs, name: str) -> Lazy:
    """An attribute that must be there. Source: EvalState::getAttr."""
    lazy = attrs.get(name, attrs)
    if lazy is not attrs:
        return lazy
    if isinstance(attrs, OpenAttrs) and name not in attrs.absent:
        return attrs.rest.select(name)
    raise NixError(f"attribute '{quote_attribute(name)}' missing")


def known(value: Value) -> Value:
    """The value. Raises Unknowable if it is not known."""
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return value


def applier(function: Value) -> Callable[[Lazy], Value]:
    """Python's way to call a Nix function many times."""
    if function.__class__ is Lambda:
        enter, env = function.enter, function.env
        return lambda argument: enter(env, argument)
    return lambda argument: call(function, argument)
