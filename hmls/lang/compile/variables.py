"""Variables: a slot some scopes out, or an attribute of a `with` around."""

from __future__ import annotations

from hmls.lang.compile.core import (
    NOT_CONSTANT,
    Make,
    compiler,
    constant,
    free_maker,
    site_of,
    text_of,
)
from hmls.lang.compile.scope import Scope
from hmls.lang.errors import NixError
from hmls.lang.force import MISSING, force, get
from hmls.lang.values import (
    Attrs,
    Code,
    Env,
    Lazy,
    OpenAttrs,
    Site,
    Thunk,
    Unknown,
    Value,
    VersionedAttrs,
)
from hmls.syntax.kinds import Kind
from hmls.syntax.parse import Node

_LITERALS = {"true": True, "false": False, "null": None}


@constant(Kind.VARIABLE)
def _literal(node: Node, scope: Scope) -> Value:
    if node.end_byte - node.start_byte > 5:
        return NOT_CONSTANT
    name = text_of(node, scope)
    if name in _LITERALS and scope.find(name) is None:
        return _LITERALS[name]
    return NOT_CONSTANT


@compiler(Kind.VARIABLE)
def compile_variable(node: Node, scope: Scope) -> Code:
    name = text_of(node, scope)
    if name == "__curPos":
        return _current_position(site_of(node, scope))
    return variable_code(name, scope, site_of(node, scope))


def variable_code(name: str, scope: Scope, site: Site) -> Code:
    """Code for the value of the variable of that name."""
    found = scope.find(name)
    if found is not None:
        return _slot_code(*found)
    withs = scope.withs()
    if withs:
        return _with_code(name, withs, site)

    def undefined(_env: Env) -> Value:
        raise NixError(f"undefined variable '{name}'", site)

    return undefined


@free_maker(Kind.VARIABLE)
def _variable_maker(node: Node, scope: Scope, _name: str | None, building: bool) -> Make | None:
    """How to get a lexical variable without forcing it, or None where that needs a thunk."""
    name = text_of(node, scope)
    if name == "__curPos":
        return None
    return name_maker(name, scope, building)


def name_maker(name: str, scope: Scope, building: bool) -> Make | None:
    found = scope.find(name)
    if found is None or (building and found[0] == 0):
        return None
    depth, index = found
    if depth == 0:
        return lambda env: env[index]
    if depth == 1:
        return lambda env: env[0][index]

    def make(env: Env) -> Lazy:
        for _ in range(depth):
            env = env[0]
        return env[index]

    return make


def _slot_code(depth: int, index: int) -> Code:
    if depth == 0:

        def here(env: Env) -> Value:
            value = env[index]
            if value.__class__ is Thunk:
                value = env[index] = force(value)
            return value

        return here
    if depth == 1:

        def one_out(env: Env) -> Value:
            env = env[0]
            value = env[index]
            if value.__class__ is Thunk:
                value = env[index] = force(value)
            return value

        return one_out
    if depth == 2:

        def two_out(env: Env) -> Value:
            env = env[0][0]
            value = env[index]
            if value.__class__ is Thunk:
                value = env[index] = force(value)
            return value

        return two_out

    def further_out(env: Env) -> Value:
        for _ in range(depth):
            env = env[0]
        value = env[index]
        if value.__class__ is Thunk:
            value = env[index] = force(value)
        return value

    return further_out


def _with_code(name: str, withs: list[int], site: Site) -> Code:
    def code(env: Env) -> Value:
        outwards = 0
        passed: Unknown | None = None
        for depth in withs:
            for _ in range(depth - outwards):
                env = env[0]
            outwards = depth
            attrs = env[1]
            if attrs.__class__ is Thunk:
                attrs = env[1] = force(attrs)
            if isinstance(attrs, Attrs):
                value = attrs.get(name, MISSING)
                if value.__class__ is Thunk:
                    value = attrs[name] = force(value)
                if value is not MISSING:
                    return value
                if isinstance(attrs, OpenAttrs) and may_hold(attrs, name):
                    if not isinstance(attrs, VersionedAttrs):
                        return attrs.rest.select(name)
                    if attrs.source is None:
                        passed = passed or attrs.rest.select(name)
                    elif (value := get(attrs, name)) is not MISSING:
                        return value
            elif isinstance(attrs, Unknown):
                return attrs.select(name)
            else:
                from hmls.lang.force import wrong_type

                wrong_type("a set", attrs)
        if passed is not None:
            return passed
        raise NixError(f"undefined variable '{name}'", site)

    return code


def may_hold(attrs: OpenAttrs, name: str) -> bool:
    """Whether an open set may have an attribute that is not known to be in it."""
    return name not in attrs.absent


def _current_position(site: Site) -> Code:
    from hmls.lang.interp import position_attrs

    value = position_attrs(site) if site.unit.is_file else None
    return lambda _env: value
