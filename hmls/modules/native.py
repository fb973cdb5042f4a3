"""Modules made in Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hmls.lang.errors import NixError
from hmls.lang.values import Attrs, Formals, Lazy, OpenAttrs, Primop, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

_RAW = "\0"
"""Begins the names of arguments that no Nix code can name."""


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


class Moved(NamedTuple):
    """What a module says of options that went elsewhere: the tag of its function.

    The catalog and the editor read it. `kind` is `renamed`, `alias`, `removed` or `changed`.
    """

    kind: str
    sources: tuple[tuple[str, ...], ...]
    target: tuple[str, ...] | None
    note: Lazy = ""
    change: Lazy = None
    """Of a changed one: the function from the configuration to the new value."""


def with_raw(arguments: Attrs, config: Lazy, options: Lazy) -> Attrs:
    """Module arguments together with `config` and `options` as if all modules had been read."""
    more = {_RAW + "config": config, _RAW + "options": options}
    if isinstance(arguments, OpenAttrs):
        return OpenAttrs({**arguments, **more}, arguments.rest, {}, arguments.absent)
    return Attrs({**arguments, **more})


def raw(arguments: Attrs, name: str) -> Lazy:
    """`config` or `options` that says nothing of modules that were not read.

    Conditions of Home Manager's own definitions are taken from it: what such a module would
    make them define goes to options of which it may define anything as well.
    """
    return arguments.get(_RAW + name, arguments[name])
