"""Symbols: values that stand for what only a configuration will tell.

A module that is evaluated with symbols for `config` and `pkgs` does everything that does
not depend on them; what is left can be written down (see `residual`) and finished later.
A symbol is known exactly: it *is* the value at its path. Whatever needs a symbol's value
is an unknown like any other, unless an operator can tell what it is made of.
"""

from __future__ import annotations

from hmls.lang.force import force
from hmls.lang.values import (
    SYMBOL,
    Cause,
    Lazy,
    OpenAttrs,
    Unknown,
    UnknownChoice,
    Value,
    quote_attribute,
)

SYMBOLIC = Cause(SYMBOL, "only a configuration tells")


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

    def derived(self) -> Unknown:
        return Unknown(lambda: self.text, SYMBOLIC)

    def operation(self, operator: str, operands: tuple[Lazy, ...]) -> Operation:
        return Operation(operator, operands)


def choice_of(value: Value) -> tuple[Value, Lazy, Lazy] | None:
    """The condition and the two values of one that is one of two by a condition."""
    if isinstance(value, UnknownChoice):
        return value.condition, value.then, value.otherwise
    if isinstance(value, Operation) and value.operator == "if":
        condition, then, otherwise = value.operands
        return force(condition), then, otherwise
    return None


def open_symbol(known: dict[str, Lazy], path: tuple[str, ...]) -> OpenAttrs:
    """A set of which some attributes are known; the others are symbols below a path."""
    return OpenAttrs(known, Symbol(path))
