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
from hmls.lang.compile.operators import boolean
from hmls.lang.compile.scope import Scope
from hmls.lang.compile.source_text import source_text
from hmls.lang.errors import AssertionFailed
from hmls.lang.values import Code, Env, Value
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node


@compiler(Kind.IF)
def compile_if(node: Node, scope: Scope) -> Code:
    condition = boolean(child(node, Field.CONDITION), scope)
    then = later(child(node, Field.CONSEQUENCE), scope)
    otherwise = later(child(node, Field.ALTERNATIVE), scope)
    return lambda env: then(env) if condition(env) else otherwise(env)


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
    makers = [delayed(item, scope) for item in node.named_children if item.kind_id != Kind.COMMENT]
    return lambda env: [make(env) for make in makers]
