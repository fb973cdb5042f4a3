"""Symbols: values that stand for what only a configuration will tell.

A module that is evaluated with symbols for `config` and `pkgs` does everything that does
not depend on them; what is left can be written down (see `residual`) and finished later.
A symbol is known exactly: it *is* the value at its path. Whatever needs a symbol's value
is an unknown like any other, unless an operator can tell what it is made of.
"""

from __future__ import annotations

from collections.abc import Mapping

from hmls.lang.values import Cause, Lazy, OpenAttrs, Unknown, Value, quote_attribute

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

    def operation(
        self, operator: str, operands: tuple[Lazy, ...], known: Value = None
    ) -> Operation:
        return Operation(operator, operands, known)


class Operation(Unknown):
    """What an operator makes of symbols, `if` and interpolation included.

    With the operator `call` the first operand is the full name of a function, the others
    its arguments. `known` is what is known of the result at once, where that is anything.
    """

    __slots__ = ("known", "operands", "operator")

    def __init__(
        self,
        operator: str,
        operands: tuple[Lazy, ...],
        known: Value = None,
        kind: str | None = None,
    ) -> None:
        Unknown.__init__(self, None, SYMBOLIC, None, kind or _KINDS.get(operator))
        self.operator = operator
        self.operands = operands
        self.known = known

    @property
    def text(self) -> str:
        from hmls.lang.show import show

        if len(_shown) >= _SHOWN_DEPTH:
            return "…"
        _shown.append(self)
        try:
            first, *others = [show(operand, 80) for operand in self.operands]
        finally:
            _shown.pop()
        if self.operator == "if":
            return f"if {first} then … else …"
        if self.operator == "call":
            return f"{self.operands[0]} {' '.join(others)}"
        return f" {self.operator} ".join([first, *others]) if others else self.operator + first

    @property
    def symbolic(self) -> bool:
        return True

    def select(self, name: str) -> Operation:
        return Operation("call", ("builtins.getAttr", name, self))

    def derived(self) -> Unknown:
        return Unknown(lambda: self.text, SYMBOLIC)

    def operation(
        self, operator: str, operands: tuple[Lazy, ...], known: Value = None
    ) -> Operation:
        return Operation(operator, operands, known)


_SHOWN_DEPTH = 4
_shown: list[Operation] = []
"""The operations whose texts are being made, outermost first."""
_KINDS = {
    **dict.fromkeys(("!", "&&", "||", "==", "!=", "<", "<=", ">", ">="), "bool"),
    "str": "string",
    "++": "list",
    "//": "set",
}


def open_symbol(known: Mapping[str, Lazy], path: tuple[str, ...]) -> OpenAttrs:
    """A set of which some attributes are known; the others are symbols below a path."""
    made = OpenAttrs(known, Symbol(path))
    made.rest = Symbol(path)
    return made
