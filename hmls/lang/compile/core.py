"""The dispatch from kinds of nodes to their compilers, and the making of thunks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hmls.lang.compile.scope import Scope
from hmls.lang.errors import SyntaxErrorInFile
from hmls.lang.values import Code, Env, Lazy, Site, Thunk, Value
from hmls.syntax.parse import LANGUAGE, Node

Compiler = Callable[[Node, Scope], Code]
Make = Callable[[Env], Lazy]
"""From the variables around an expression to its lazy value."""


def _kind(name: str) -> int:
    kind = LANGUAGE.id_for_node_kind(name, True)
    assert kind is not None, name
    return kind


def _field(name: str) -> int:
    field = LANGUAGE.field_id_for_name(name)
    assert field is not None, name
    return field


class Kind:
    """Numbers of tree-sitter-nix's node kinds."""

    VARIABLE = _kind("variable_expression")
    INTEGER = _kind("integer_expression")
    FLOAT = _kind("float_expression")
    STRING = _kind("string_expression")
    INDENTED_STRING = _kind("indented_string_expression")
    PATH = _kind("path_expression")
    HOME_PATH = _kind("hpath_expression")
    SEARCH_PATH = _kind("spath_expression")
    URI = _kind("uri_expression")
    FUNCTION = _kind("function_expression")
    ASSERT = _kind("assert_expression")
    WITH = _kind("with_expression")
    LET = _kind("let_expression")
    IF = _kind("if_expression")
    HAS_ATTR = _kind("has_attr_expression")
    UNARY = _kind("unary_expression")
    BINARY = _kind("binary_expression")
    APPLY = _kind("apply_expression")
    SELECT = _kind("select_expression")
    PARENTHESIZED = _kind("parenthesized_expression")
    ATTRSET = _kind("attrset_expression")
    LET_ATTRSET = _kind("let_attrset_expression")
    REC_ATTRSET = _kind("rec_attrset_expression")
    LIST = _kind("list_expression")
    INTERPOLATION = _kind("interpolation")
    IDENTIFIER = _kind("identifier")
    COMMENT = _kind("comment")
    SOURCE = _kind("source_code")
    INHERIT = _kind("inherit")
    INHERIT_FROM = _kind("inherit_from")
    BINDING = _kind("binding")
    BINDING_SET = _kind("binding_set")


class Field:
    """Numbers of tree-sitter-nix's fields."""

    ALTERNATIVE = _field("alternative")
    ARGUMENT = _field("argument")
    ATTRPATH = _field("attrpath")
    ATTRS = _field("attrs")
    BODY = _field("body")
    CONDITION = _field("condition")
    CONSEQUENCE = _field("consequence")
    DEFAULT = _field("default")
    ENVIRONMENT = _field("environment")
    EXPRESSION = _field("expression")
    FORMALS = _field("formals")
    FUNCTION = _field("function")
    LEFT = _field("left")
    NAME = _field("name")
    OPERATOR = _field("operator")
    RIGHT = _field("right")
    UNIVERSAL = _field("universal")


_compilers: dict[int, Compiler] = {}
_constants: dict[int, Callable[[Node, Scope], Any]] = {}
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


def compile_expression(node: Node, scope: Scope) -> Code:
    """Code for an expression. A node that is none gives code that raises a syntax error."""
    kind = node.kind_id
    literal = _constants.get(kind)
    if literal is not None:
        value = literal(node, scope)
        if value is not NOT_CONSTANT:
            return _always(value)
    compile_node = _compilers.get(kind)
    if compile_node is None:
        return _raising(site_of(node, scope), f"syntax error, unexpected {node.type}")
    return compile_node(node, scope)


def _always(value: Value) -> Code:
    return lambda _env: value


def _raising(site: Site, message: str) -> Code:
    def code(_env: Env) -> Value:
        raise SyntaxErrorInFile(message, site)

    return code


def delayed(node: Node, scope: Scope, name: str | None = None, *, building: bool = False) -> Make:
    """What an expression is before anybody needs it: a thunk, unless it is free to have now.

    `name` is what a function that stands here is called in errors. `building` says that
    the variables of the innermost scope are not all there yet.
    """
    from hmls.lang.compile.functions import lambda_maker
    from hmls.lang.compile.variables import variable_maker

    node = unwrap(node)
    kind = node.kind_id
    literal = _constants.get(kind)
    if literal is not None:
        value = literal(node, scope)
        if value is not NOT_CONSTANT:
            return _always(value)
    if kind == Kind.VARIABLE:
        maker = variable_maker(node, scope, building)
        if maker is not None:
            return maker
    elif kind == Kind.FUNCTION:
        return lambda_maker(node, scope, name)
    unit, start, end = scope.unit, node.start_byte, node.end_byte
    site = Site(unit, start, end)

    def first(env: Env) -> Value:
        code = cell[0] = compile_expression(unit.node(start, end, kind), scope)
        return code(env)

    cell: list[Code] = [first]

    def make(env: Env) -> Thunk:
        return Thunk(cell[0], env, site)

    return make


def later(node: Node, scope: Scope) -> Code:
    """Code for an expression that may never run: compiled when it first does."""
    unit, start, end, kind = scope.unit, node.start_byte, node.end_byte, node.kind_id

    def first(env: Env) -> Value:
        code = cell[0] = compile_expression(unit.node(start, end, kind), scope)
        return code(env)

    cell: list[Code] = [first]
    return lambda env: cell[0](env)


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
