"""Functions, and the calling of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from hmls.lang.budget import MAX_CALL_DEPTH, counters, look_up, overflow
from hmls.lang.called import Called
from hmls.lang.compile.core import (
    Make,
    child,
    compile_expression,
    compiler,
    delayed,
    free_maker,
    later,
    site_of,
    text_of,
    unwrap,
)
from hmls.lang.compile.scope import Scope
from hmls.lang.deep import as_met
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, call, expect_attrs, force
from hmls.lang.values import (
    Attrs,
    Code,
    Env,
    Formals,
    Lambda,
    Lazy,
    OpenAttrs,
    Primop,
    Site,
    Thunk,
    Unknown,
    Value,
    quote_attribute,
)
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node

Enter = Callable[[Env, Lazy], Value]


@compiler(Kind.FUNCTION)
def compile_function(node: Node, scope: Scope) -> Code:
    return lambda_maker(node, scope, None)


@free_maker(Kind.FUNCTION)
def _function_maker(node: Node, scope: Scope, name: str | None, _building: bool) -> Make:
    return lambda_maker(node, scope, name)


def lambda_maker(node: Node, scope: Scope, name: str | None) -> Make:
    """From the variables around a function expression to the function."""
    site = site_of(node, scope)
    universal = node.child_by_field_id(Field.UNIVERSAL)
    formals_node = node.child_by_field_id(Field.FORMALS)
    argument = None if universal is None else text_of(universal, scope)
    if formals_node is None:
        inner = scope.child([argument or ""])
        enter, formals = _enter_simple(_body(node, inner, name)), None
    else:
        enter, formals = _with_formals(node, formals_node, argument, scope, name, site)
    return lambda env: Lambda(enter, env, formals, site, name)


def _body(node: Node, inner: Scope, name: str | None) -> Code:
    """Code of a function's body. One that is a function again has the same name in errors."""
    body = unwrap(child(node, Field.BODY))
    if name is None or body.kind_id != Kind.FUNCTION:
        return later(body, inner)
    unit = inner.unit
    place = unit.put_off(body)

    def first(env: Env) -> Value:
        code = cell[0] = lambda_maker(unit.taken_up(place), inner, name)
        return code(env)

    cell: list[Code] = [first]
    return lambda env: cell[0](env)


def argument_name(site: Site) -> str | None:
    """The name that a function gives to its whole argument."""
    node = site.unit.node(site.start, site.end, Kind.FUNCTION)
    universal = node.child_by_field_id(Field.UNIVERSAL)
    return None if universal is None else text_of(universal, Scope(site.unit, None, ()))


def _enter_simple(body: Code) -> Enter:
    def enter(env: Env, argument: Lazy) -> Value:
        counters[0] += 1
        counters[1] -= 1
        try:
            if counters[1] < 0:
                look_up()
            if counters[0] > MAX_CALL_DEPTH:
                raise overflow()
            return body([env, argument])
        finally:
            counters[0] -= 1

    return enter


def _with_formals(
    node: Node,
    formals_node: Node,
    argument: str | None,
    scope: Scope,
    name: str | None,
    site: Site,
) -> tuple[Enter, Formals]:
    defaults: dict[str, Node | None] = {}
    is_open = False
    for part in formals_node.named_children:
        if part.type == "formal":
            default = part.child_by_field_id(Field.DEFAULT)
            defaults[text_of(child(part, Field.NAME), scope)] = default
        elif part.type == "ellipses":
            is_open = True
    names = [*defaults, argument] if argument is not None else list(defaults)
    inner = scope.child(names)
    slots: list[tuple[int, str, Make | None]] = [
        (index, formal, None if default is None else delayed(default, inner, building=True))
        for index, (formal, default) in enumerate(defaults.items(), 1)
    ]
    body = _body(node, inner, name)
    formals = Formals(
        {formal: default is not None for formal, default in defaults.items()},
        is_open,
        argument is not None,
    )
    bind = _binder(slots, formals, len(names), argument is not None, name, site)

    def enter(env: Env, given: Lazy) -> Value:
        counters[0] += 1
        counters[1] -= 1
        try:
            if counters[1] < 0:
                look_up()
            if counters[0] > MAX_CALL_DEPTH:
                raise overflow()
            return body(bind(env, given))
        finally:
            counters[0] -= 1

    return enter, formals


def _binder(
    slots: list[tuple[int, str, Make | None]],
    formals: Formals,
    size: int,
    keeps_argument: bool,
    name: str | None,
    site: Site,
) -> Callable[[Env, Lazy], Env]:
    blank = [None] * size
    called = f"function '{name or 'anonymous lambda'}' called"

    def bind(env: Env, given: Lazy) -> Env:
        value = force(given)
        if value.__class__ is not Attrs:
            value = _set_argument(value)
        inner = [env, *blank]
        if keeps_argument:
            inner[size] = given
        missing = 0
        for index, formal, default in slots:
            lazy = value.get(formal, MISSING)
            if lazy is MISSING:
                if isinstance(value, OpenAttrs) and formal not in value.absent:
                    lazy = value.rest.select(formal)
                elif default is None:
                    raise NixError(
                        f"{called} without required argument '{quote_attribute(formal)}'", site
                    )
                else:
                    missing += 1
                    lazy = default(inner)
            inner[index] = lazy
        if not formals.open and len(value) > len(slots) - missing:
            for formal in as_met(value):
                if formal not in formals.arguments:
                    raise NixError(
                        f"{called} with unexpected argument '{quote_attribute(formal)}'", site
                    )
        return inner

    return bind


def _set_argument(value: Value) -> Attrs:
    if isinstance(value, Unknown) and value.kind in (None, "set"):
        return OpenAttrs((), value)
    return expect_attrs(value)


@compiler(Kind.APPLY)
def compile_apply(node: Node, scope: Scope) -> Code:
    """`f a b c` in one piece of code, for the depth of the Python stack."""
    nodes: list[Node] = []
    site = site_of(node, scope)
    function = node
    while function.kind_id == Kind.APPLY:
        nodes.append(child(function, Field.ARGUMENT))
        function = child(function, Field.FUNCTION)
    code = compile_expression(unwrap(function), scope)
    nodes.reverse()
    arguments = item_makers(nodes, scope)
    match arguments:
        case [first]:
            return _apply_one(code, first, site)
        case [first, second]:
            return _apply_two(code, first, second, site)
    return _apply_many(code, arguments, site)


def item_makers(nodes: list[Node], scope: Scope) -> list[Make]:
    """The items of a list, or the arguments of a call.

    Where a variable `or` follows an item, that is a function and `or` its argument: what
    Nix's grammar takes `map or [ ]` for.
    """
    makers = [delayed(node, scope) for node in nodes]
    for index in range(len(nodes) - 1, 0, -1):
        node = nodes[index]
        is_or = node.end_byte - node.start_byte == 2 and text_of(node, scope) == "or"
        if is_or and node.kind_id == Kind.VARIABLE:
            code = _apply_one(
                compile_expression(nodes[index - 1], scope), makers[index], site_of(node, scope)
            )
            makers[index - 1 : index + 1] = [_thunk_maker(code, site_of(node, scope))]
    return makers


def _thunk_maker(code: Code, site: Site) -> Make:
    return lambda env: Thunk(code, env, site)


def _apply_one(function: Code, argument: Make, site: Site) -> Code:
    def code(env: Env) -> Value:
        callee = function(env)
        if callee.__class__ is Lambda:
            return callee.enter(callee.env, argument(env))
        try:
            return call(callee, argument(env))
        except NixError as error:
            if error.site is None:
                error.site = site
            raise

    return code


def _apply_two(function: Code, first: Make, second: Make, site: Site) -> Code:
    def code(env: Env) -> Value:
        try:
            callee = function(env)
            if callee.__class__ is Primop and callee.arity == 2 and not callee.done:
                return callee.function(first(env), second(env))
            if isinstance(callee, Unknown):
                return _called(callee, first(env), second(env))
            callee = call(callee, first(env))
            if callee.__class__ is Lambda:
                return callee.enter(callee.env, second(env))
            return call(callee, second(env))
        except NixError as error:
            if error.site is None:
                error.site = site
            raise

    return code


def _apply_many(function: Code, arguments: list[Make], site: Site) -> Code:
    def code(env: Env) -> Value:
        try:
            callee = function(env)
            if isinstance(callee, Unknown):
                return _called(callee, *[argument(env) for argument in arguments])
            for argument in arguments:
                callee = call(callee, argument(env))
            return callee
        except NixError as error:
            if error.site is None:
                error.site = site
            raise

    return code


def _called(function: Unknown, *arguments: Lazy) -> NoReturn:
    """What an unknown function gives. All its arguments are kept, for one may fail."""
    raise Unknowable(function if function.symbolic else Called(function, *arguments))
