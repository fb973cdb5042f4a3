"""Attribute names: static text, or code where they are interpolated."""

from __future__ import annotations

from typing import TypeAlias

from hmls.lang.compile.core import child, compile_expression, text_of
from hmls.lang.compile.scope import Scope
from hmls.lang.errors import Unknowable
from hmls.lang.force import expect_plain_string, wrong_type
from hmls.lang.values import Code, ContextString, Env, Unknown
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node

Name: TypeAlias = str | Code


def attrpath_names(attrpath: Node, scope: Scope) -> list[Name]:
    """The names of an attribute path."""
    return [
        attribute_name(part, scope)
        for part in attrpath.named_children
        if part.kind_id != Kind.COMMENT
    ]


def attribute_name(part: Node, scope: Scope) -> Name:
    """The name that one part of an attribute path gives."""
    name = static_name(part, scope)
    return compile_expression(_expression(part), scope) if name is None else name


def static_name(part: Node, scope: Scope) -> str | None:
    """The name that one part of an attribute path gives, None where it is computed.

    Nothing is compiled for it: names of names of names would be so twice as often on each level.
    """
    if part.kind_id == Kind.IDENTIFIER:
        return text_of(part, scope)
    expression = _expression(part)
    # `${"a"}` is as static as `"a"`.
    if expression.kind_id not in (Kind.STRING, Kind.INDENTED_STRING):
        return None
    from hmls.lang.compile.strings import constant_string

    return constant_string(expression, scope)


def _expression(part: Node) -> Node:
    return child(part, Field.EXPRESSION) if part.kind_id == Kind.INTERPOLATION else part


def name_value(code: Code, env: Env) -> str:
    """The name that code gives; it must be a string."""
    value = code(env)
    if value.__class__ is str:
        return value
    if isinstance(value, ContextString):
        return expect_plain_string(value)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return wrong_type("a string", value)
