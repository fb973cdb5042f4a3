"""The dispatch from kinds of nodes to their compilers, and the making of thunks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hmls.lang.compile.scope import Scope
from hmls.lang.errors import SyntaxErrorInFile
from hmls.lang.values import Code, Env, Lazy, Site, Thunk, Value
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node

Compiler = Callable[[Node, Scope], Code]
Make = Callable[[Env], Lazy]
"""From the variables around an expression to its lazy value."""
FreeMaker = Callable[[Node, Scope, str | None, bool], Make | None]
"""`delayed` for one kind of nodes: how to have the value at once, None where that needs a thunk."""


_compilers: dict[int, Compiler] = {}
_constants: dict[int, Callable[[Node, Scope], Any]] = {}
_makers: dict[int, FreeMaker] = {}
NOT_CONSTANT: Any = object()


def compiler(*kinds: int) -> Callable[[Compiler], Compiler]:
    """Register the compiler of some kinds of nodes."""

    def register(function: Compiler) -> Compiler:
        for kind in kinds:
            _compilers[kind] = function
        return function

    return register


def constant(*kinds: int) -> Callable[[Callable[[Node, Scope], Any]], Callable[[Node, Scope], Any]]:
    """Register a function that gives the value of literals of a kind, or NOT_CONSTANT."""

    def register(function: Callable[[Node, Scope], Any]) -> Callable[[Node, Scope], Any]:
        for kind in kinds:
            _constants[kind] = function
        return function

    return register


def free_maker(kind: int) -> Callable[[FreeMaker], FreeMaker]:
    """Register how the values of a kind of nodes are had without a thunk."""

    def register(function: FreeMaker) -> FreeMaker:
        _makers[kind] = function
        return function

    return register


def compile_expression(node: Node, scope: Scope) -> Code:
    """Code for an expression. A node that is none gives code that raises a syntax error."""
    value = constant_of(node, scope)
    if value is not NOT_CONSTANT:
        return _always(value)
    compile_node = _compilers.get(node.kind_id)
    if compile_node is None:
        return _raising(site_of(node, scope), f"syntax error, unexpected {node.type}")
    return compile_node(node, scope)


def constant_of(node: Node, scope: Scope) -> Any:
    """The value of a literal, or NOT_CONSTANT."""
    literal = _constants.get(node.kind_id)
    return NOT_CONSTANT if literal is None else literal(node, scope)


def _always(value: Value) -> Code:
    return lambda _env: value


def _raising(site: Site, message: str) -> Code:
    def code(_env: Env) -> Value:
        raise SyntaxErrorInFile(message, site)

    return code


class _Delayed:
    """How an expression is made a thunk. An object takes a quarter of what closures take."""

    __slots__ = ("code", "kind", "scope", "site")

    def __init__(self, node: Node, scope: Scope) -> None:
        start, end, self.kind = scope.unit.put_off(node)
        self.site = Site(scope.unit, start, end)
        self.scope: Scope | None = scope
        self.code: Code = self.first

    def make(self, env: Env) -> Thunk:
        return Thunk(self.code, env, self.site)

    def first(self, env: Env) -> Value:
        # Thunks that were made before the first of them ran come here too.
        scope = self.scope
        if scope is not None:
            unit, start, end = self.site
            self.code = compile_expression(unit.taken_up((start, end, self.kind)), scope)
            self.scope = None
        return self.code(env)


class _Later:
    """An expression that is compiled when it first runs."""

    __slots__ = ("code", "place", "scope")

    def __init__(self, node: Node, scope: Scope) -> None:
        self.place = scope.unit.put_off(node)
        self.scope = scope
        self.code: Code | None = None

    def run(self, env: Env) -> Value:
        code = self.code
        if code is None:
            scope = self.scope
            code = self.code = compile_expression(scope.unit.taken_up(self.place), scope)
        return code(env)


def delayed(node: Node, scope: Scope, name: str | None = None, *, building: bool = False) -> Make:
    """What an expression is before anybody needs it: a thunk, unless it is free to have now.

    `name` is what a function that stands here is called in errors. `building` says that
    the variables of the innermost scope are not all there yet.
    """
    node = unwrap(node)
    value = constant_of(node, scope)
    if value is not NOT_CONSTANT:
        return _always(value)
    kind = node.kind_id
    free = _makers.get(kind)
    if free is not None:
        maker = free(node, scope, name, building)
        if maker is not None:
            return maker
    return _Delayed(node, scope).make


def later(node: Node, scope: Scope) -> Code:
    """Code for an expression that may never run: compiled when it first does."""
    return _Later(node, scope).run


def site_of(node: Node, scope: Scope) -> Site:
    return Site(scope.unit, node.start_byte, node.end_byte)


def text_of(node: Node, scope: Scope) -> str:
    return scope.unit.text[node.start_byte : node.end_byte].decode("utf-8", "surrogateescape")


def unwrap(node: Node) -> Node:
    """The expression inside parentheses."""
    while node.kind_id == Kind.PARENTHESIZED:
        inner = node.child_by_field_id(Field.EXPRESSION)
        if inner is None:
            break
        node = inner
    return node


def child(node: Node, field: int) -> Node:
    """The child that a valid tree has in a field; the node itself where it is missing."""
    found = node.child_by_field_id(field)
    return node if found is None else found


@compiler(Kind.PARENTHESIZED, Kind.SOURCE)
def _parenthesized(node: Node, scope: Scope) -> Code:
    inner = node.child_by_field_id(Field.EXPRESSION)
    if inner is None:
        return _raising(site_of(node, scope), "syntax error, unexpected end of file")
    return compile_expression(inner, scope)
