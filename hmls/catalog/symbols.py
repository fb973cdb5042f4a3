"""Symbols: values that stand for what only a configuration will tell.

A module that is evaluated with symbols for `config` and `pkgs` does everything that does
not depend on them; what is left can be written down (see `residual`) and finished later.
A symbol is known exactly: it *is* the value at its path. Whatever needs a symbol's value
is an unknown like any other, unless an operator can tell what it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hmls.lang.combine import as_set, update
from hmls.lang.force import call2, delayed, force
from hmls.lang.values import (
    Attrs,
    Cause,
    Lazy,
    OpenAttrs,
    Primop,
    Unknown,
    Value,
    quote_attribute,
)

SYMBOLIC = Cause("symbol", "only a configuration tells")


class Symbol(Unknown):
    """The value at a path: a root such as `config`, and attributes from there."""

    __slots__ = ("path",)

    def __init__(self, path: tuple[str, ...]) -> None:
        Unknown.__init__(self, None, SYMBOLIC)
        self.path = path

    @property
    def text(self) -> str:
        root, *names = self.path
        return ".".join([root.partition("/")[0], *map(quote_attribute, names)])

    @property
    def symbolic(self) -> bool:
        return True

    def select(self, name: str) -> Symbol:
        return Symbol((*self.path, name))

    def derived(self) -> Unknown:
        return Unknown(lambda: self.text, SYMBOLIC)

    def operation(self, operator: str, operands: tuple[Lazy, ...]) -> Operation:
        return Operation(operator, operands)


class Operation(Unknown):
    """What an operator makes of symbols: a Boolean, or for `if` any value."""

    __slots__ = ("operands", "operator")

    def __init__(self, operator: str, operands: tuple[Lazy, ...]) -> None:
        Unknown.__init__(self, None, SYMBOLIC, None, None if operator == "if" else "bool")
        self.operator = operator
        self.operands = operands

    @property
    def text(self) -> str:
        from hmls.lang.show import show

        first, *others = (show(operand, 80) for operand in self.operands)
        if self.operator == "if":
            return f"if {first} then … else …"
        return f" {self.operator} ".join([first, *others]) if others else self.operator + first

    @property
    def symbolic(self) -> bool:
        return True

    def derived(self) -> Unknown:
        return Unknown(lambda: self.text, SYMBOLIC)

    def operation(self, operator: str, operands: tuple[Lazy, ...]) -> Operation:
        return Operation(operator, operands)


def open_symbol(known: Mapping[str, Lazy], path: tuple[str, ...]) -> OpenAttrs:
    """A set of which some attributes are known; the others are symbols below a path."""
    made = OpenAttrs(known, Symbol(path))
    made.rest = Symbol(path)
    return made


def symbolic_lib(lib: Attrs) -> Attrs:
    """A lib whose most used conditional functions keep a symbolic condition."""
    added: dict[str, Lazy] = {}
    for part, functions in _KEEPING.items():
        old = lib[part]
        made = {name: _keeping(name, kept, lib) for name, kept in functions.items()}
        added[part] = delayed(lambda old=old, made=made: update(force(old), Attrs(made)))  # type: ignore[misc]
        added.update(made)
    return as_set(update(lib, Attrs(added)))


def _choice(then: Callable[[Lazy], Lazy], otherwise: Lazy) -> Callable[[Lazy, Lazy], Operation]:
    return lambda condition, given: Operation("if", (condition, then(given), otherwise))


def _function(name: str) -> Callable[[Lazy, Lazy], Operation]:
    return lambda left, right: Operation(name, (left, right))


_KEEPING: dict[str, dict[str, Callable[[Lazy, Lazy], Operation]]] = {
    "lists": {
        "optional": _choice(lambda item: [item], []),
        "optionals": _choice(lambda items: items, []),
    },
    "attrsets": {"optionalAttrs": _choice(lambda attrs: attrs, Attrs())},
    "strings": {
        "optionalString": _choice(lambda text: text, ""),
        "versionAtLeast": _function("versionAtLeast"),
        "versionOlder": _function("versionOlder"),
    },
}


def _keeping(name: str, kept: Callable[[Lazy, Lazy], Operation], lib: Attrs) -> Primop:
    """A function of two arguments that keeps the operation where the first is symbolic."""
    original = lib[name]

    def function(first: Lazy, second: Lazy) -> Value:
        value = force(first)
        if isinstance(value, Unknown) and value.symbolic:
            return kept(value, second)
        return call2(force(original), value, second)

    return Primop(f"lib.{name}", 2, function)
