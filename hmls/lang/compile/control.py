"""`if`, `assert`, `with`, and lists."""

from __future__ import annotations

from hmls.lang.compile.assertions import assertion_message
from hmls.lang.compile.core import (
    NOT_CONSTANT,
    child,
    compile_expression,
    compiler,
    constant,
    delayed,
    later,
    site_of,
    unwrap,
)
from hmls.lang.compile.functions import item_makers
from hmls.lang.compile.operators import boolean, undecided
from hmls.lang.compile.scope import Scope
from hmls.lang.compile.source_text import source_text
from hmls.lang.errors import AssertionFailed
from hmls.lang.values import Code, Env, Thunk, Value
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node


@compiler(Kind.IF)
def compile_if(node: Node, scope: Scope) -> Code:
    condition_node = child(node, Field.CONDITION)
    condition = compile_expression(condition_node, scope)
    then = later(child(node, Field.CONSEQUENCE), scope)
    otherwise = later(child(node, Field.ALTERNATIVE), scope)
    site = site_of(condition_node, scope)

    def code(env: Env) -> Value:
        value = condition(env)
        if value is True:
            return then(env)
        if value is False:
            return otherwise(env)
        return undecided("if", value, site, (value, Thunk(then, env), Thunk(otherwise, env)))

    return code


@compiler(Kind.ASSERT)
def compile_assert(node: Node, scope: Scope) -> Code:
    condition_node = child(node, Field.CONDITION)
    condition = boolean(condition_node, scope)
    body = later(child(node, Field.BODY), scope)
    site = site_of(node, scope)
    inner = unwrap(condition_node)
    sides: tuple[Code, Code] | None = None
    if inner.kind_id == Kind.BINARY and child(inner, Field.OPERATOR).type == "==":
        sides = (
            compile_expression(child(inner, Field.LEFT), scope),
            compile_expression(child(inner, Field.RIGHT), scope),
        )
    text = source_text(condition_node, scope)

    def code(env: Env) -> Value:
        if condition(env):
            return body(env)
        message = None if sides is None else assertion_message(sides[0](env), sides[1](env))
        raise AssertionFailed(message or f"assertion '{text}' failed", site)

    return code


@compiler(Kind.WITH)
def compile_with(node: Node, scope: Scope) -> Code:
    attrs = delayed(child(node, Field.ENVIRONMENT), scope)
    body = later(child(node, Field.BODY), scope.with_child())
    return lambda env: body([env, attrs(env)])


@constant(Kind.LIST)
def _empty_list(node: Node, _scope: Scope) -> Value:
    # Comments aside, which are rare in a list without items.
    return [] if node.named_child_count == 0 else NOT_CONSTANT


@compiler(Kind.LIST)
def compile_list(node: Node, scope: Scope) -> Code:
    items = [item for item in node.named_children if item.kind_id != Kind.COMMENT]
    makers = item_makers(items, scope)
    return lambda env: [make(env) for make in makers]
