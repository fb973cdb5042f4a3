"""Operators, selection and the question mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, NoReturn, TypeAlias

from hmls.lang.coerce import coerce
from hmls.lang.combine import add, append, as_set, concat, divide, multiply, subtract, update
from hmls.lang.compare import equal, less_than
from hmls.lang.compile.core import (
    child,
    compile_expression,
    compiler,
    later,
    site_of,
    text_of,
    unwrap,
)
from hmls.lang.compile.names import Name, attrpath_names, name_value
from hmls.lang.compile.scope import Scope
from hmls.lang.copies import refuse_absent_in
from hmls.lang.errors import NixError, SyntaxErrorInFile, Unknowable
from hmls.lang.force import MISSING, call, force, get, has, wrong_type
from hmls.lang.values import (
    Attrs,
    Code,
    ContextString,
    Env,
    Lazy,
    Path,
    Site,
    Thunk,
    Unknown,
    Value,
    quote_attribute,
)
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node

_Combine: TypeAlias = Callable[[Code, Code], Code]
"""From the code of two operands to that of the operation."""


@compiler(Kind.SELECT)
def compile_select(node: Node, scope: Scope) -> Code:
    base = compile_expression(unwrap(child(node, Field.EXPRESSION)), scope)
    path = attrpath_names(child(node, Field.ATTRPATH), scope)
    default = node.child_by_field_id(Field.DEFAULT)
    site = site_of(node, scope)
    if default is not None:
        return _select_or(base, path, later(default, scope))
    code = base
    for name in path:
        code = (
            _select_static(code, name, site)
            if isinstance(name, str)
            else _select_dynamic(code, name, site)
        )
    return code


def _select_static(base: Code, name: str, site: Site) -> Code:
    def code(env: Env) -> Value:
        value = base(env)
        if value.__class__ is Attrs:
            found = value.get(name, MISSING)
            if found.__class__ is Thunk:
                found = value[name] = force(found)
                return found
            if found is not MISSING:
                return found
        return select_attribute(value, name, site)

    return code


def _select_dynamic(base: Code, name: Code, site: Site) -> Code:
    def code(env: Env) -> Value:
        value = base(env)
        key = name_value(name, env)
        if isinstance(value, Attrs):
            found = get(value, key)
            if found is not MISSING:
                return found
        return select_attribute(value, key, site)

    return code


def select_attribute(value: Value, name: str, site: Site) -> Value:
    if isinstance(value, Unknown):
        return value.select(name)
    if not isinstance(value, Attrs):
        try:
            return wrong_type("a set", value)
        except NixError as error:
            error.site = site
            raise
    found = get(value, name)
    if found is MISSING:
        raise NixError(f"attribute '{quote_attribute(name)}' missing", site)
    return found


_BY_PATH, _HAS_PATH = "lib.attrsets.attrByPath", "lib.attrsets.hasAttrByPath"
"""The functions that do what `or` and `?` do."""


def _select_or(base: Code, path: list[Name], default: Code) -> Code:
    def code(env: Env) -> Value:
        value = base(env)
        for index, name in enumerate(path):
            key = _key(name, env)
            if isinstance(value, Unknown):
                # Whether the default is taken cannot be known.
                if value.symbolic:
                    keys = [key, *(_key(later, env) for later in path[index + 1 :])]
                    return value.operation("call", (_BY_PATH, keys, Thunk(default, env), value))
                raise Unknowable(value.select(key))
            if not isinstance(value, Attrs):
                return default(env)
            if key not in value:
                if not _may_have(value, key):
                    return default(env)
                found = get(value, key)
                if isinstance(found, Unknown):
                    raise Unknowable(found)
            value = get(value, key)
        return value

    return code


def _key(name: Name, env: Env) -> str:
    return name if isinstance(name, str) else name_value(name, env)


def _may_have(value: Attrs, name: str) -> bool:
    try:
        return has(value, name)
    except Unknowable:
        return True


@compiler(Kind.HAS_ATTR)
def compile_has_attr(node: Node, scope: Scope) -> Code:
    base = compile_expression(unwrap(child(node, Field.EXPRESSION)), scope)
    path = attrpath_names(child(node, Field.ATTRPATH), scope)

    def code(env: Env) -> Value:
        value = base(env)
        last = len(path) - 1
        for index, name in enumerate(path):
            key = _key(name, env)
            if isinstance(value, Unknown):
                if value.symbolic:
                    keys = [key, *(_key(later, env) for later in path[index + 1 :])]
                    return value.operation("call", (_HAS_PATH, keys, value))
                raise Unknowable(value.select(key))
            if not isinstance(value, Attrs) or not has(value, key):
                return False
            if index < last:
                value = get(value, key)
        return True

    return code


@compiler(Kind.UNARY)
def compile_unary(node: Node, scope: Scope) -> Code:
    operand = child(node, Field.ARGUMENT)
    if child(node, Field.OPERATOR).type == "!":
        return _not(operand, scope)
    number = compile_expression(operand, scope)
    site = site_of(node, scope)
    return _placed(lambda env: subtract(0, number(env)), site)


def _placed(code: Code, site: Site) -> Code:
    def placed(env: Env) -> Value:
        try:
            return code(env)
        except NixError as error:
            if error.site is None:
                error.site = site
            raise

    return placed


def boolean(node: Node, scope: Scope) -> Callable[[Env], bool]:
    """Code for an expression that must be a Boolean."""
    inner = compile_expression(node, scope)
    site = site_of(node, scope)

    def code(env: Env) -> bool:
        value = inner(env)
        if value is True or value is False:
            return value
        return _no_boolean(value, site)

    return code


def _no_boolean(value: Value, site: Site) -> NoReturn:
    try:
        wrong_type("a Boolean", value)
    except NixError as error:
        error.site = site
        raise


def undecided(operator: str, value: Value, site: Site, operands: tuple[Lazy, ...]) -> Value:
    """What an operator gives that met no Boolean but `value`, which stands at `site`."""
    if isinstance(value, Unknown):
        return value.operation(operator, operands)
    _no_boolean(value, site)


@compiler(Kind.BINARY)
def compile_binary(node: Node, scope: Scope) -> Code:
    operator = child(node, Field.OPERATOR).type
    if operator == "->":
        return _implications_and_pipes(node, scope)
    left, right = child(node, Field.LEFT), child(node, Field.RIGHT)
    if operator in _LOGIC:
        return _LOGIC[operator](_Operand.of(left, scope), _Operand.of(right, scope))
    if operator == "//" or (operator == "<=" and _is_update(node, scope)):
        return _updating(left, right, scope)
    if operator == "+":
        return _adding(left, right, scope)
    if operator in _KEEPING:
        return _keeping(operator, left, right, scope)
    first, second = compile_expression(left, scope), compile_expression(right, scope)
    return _placed(_OPERATORS[operator](first, second), site_of(node, scope))


def _is_update(node: Node, scope: Scope) -> bool:
    """Whether the text has `//` where tree-sitter was given `<=` (see `syntax.mend`)."""
    return text_of(child(node, Field.OPERATOR), scope) == "//"


def _keeping(operator: str, left: Node, right: Node, scope: Scope) -> Code:
    """An operator that keeps what is known of one side when the other is unknown."""
    operation = _KEEPING[operator]
    first, second = compile_expression(left, scope), compile_expression(right, scope)
    left_site, right_site = site_of(left, scope), site_of(right, scope)

    def code(env: Env) -> Value:
        try:
            x = first(env)
        except Unknowable as stop:
            x = stop.unknown.at(left_site)
        try:
            y = second(env)
        except Unknowable as stop:
            y = stop.unknown.at(right_site)
        for side in (x, y):
            if isinstance(side, Unknown) and side.symbolic:
                return side.operation(operator, (x, y))
        try:
            return operation(x, y)
        except NixError as error:
            if error.site is None:
                error.site = Site(left_site.unit, left_site.start, right_site.end)
            raise

    return code


_ADDENDS = frozenset((int, float, str, ContextString, Path))


def _adding(left: Node, right: Node, scope: Scope) -> Code:
    """`left + right`. A left side of another type becomes a string before the right one counts.

    Source: nix src/libexpr/eval.cc, ExprConcatStrings::eval.
    """
    first, second = compile_expression(left, scope), compile_expression(right, scope)
    left_site, right_site = site_of(left, scope), site_of(right, scope)

    def code(env: Env) -> Value:
        try:
            x = first(env)
        except Unknowable as stop:
            x = stop.unknown.at(left_site)
        try:
            if x.__class__ not in _ADDENDS and not isinstance(x, Unknown):
                return append(coerce(x), second(env))
        except NixError as error:
            if error.site is None:
                error.site = left_site
            raise
        try:
            y = second(env)
        except Unknowable as stop:
            y = stop.unknown.at(right_site)
        if x.__class__ is int and y.__class__ is int and -_LIMIT <= x + y < _LIMIT:
            return x + y
        for side in (x, y):
            if isinstance(side, Unknown) and side.symbolic:
                return side.operation("+", (x, y))
        try:
            total = add(x, y)
            return total if y.__class__ is str else refuse_absent_in(env, total)
        except NixError as error:
            if error.site is None:
                error.site = Site(left_site.unit, left_site.start, right_site.end)
            raise

    return code


_LIMIT = 2**63
"""Integers are smaller than that."""


def _updating(left: Node, right: Node, scope: Scope) -> Code:
    """`left // right`. Nix looks at the right side first. Source: ExprOpUpdate::evalForUpdate."""
    first, second = compile_expression(left, scope), compile_expression(right, scope)
    left_site, right_site = site_of(left, scope), site_of(right, scope)

    def side(code: Code, env: Env, site: Site) -> Value:
        try:
            value = code(env)
            return value if isinstance(value, Unknown) and value.symbolic else as_set(value)
        except Unknowable as stop:
            return as_set(stop.unknown.at(site))
        except NixError as error:
            if error.site is None:
                error.site = site
            raise

    def code(env: Env) -> Value:
        y = side(second, env, right_site)
        x = side(first, env, left_site)
        if isinstance(x, Attrs) and isinstance(y, Attrs):
            return update(x, y)
        return (y if isinstance(x, Attrs) else x).operation("//", (x, y))

    return code


class _Operand(NamedTuple):
    """An operand that must be a Boolean."""

    code: Code
    site: Site

    @classmethod
    def of(cls, node: Node, scope: Scope) -> _Operand:
        return cls(compile_expression(node, scope), site_of(node, scope))


def _and(left: _Operand, right: _Operand) -> Code:
    first, second = left.code, right.code

    def code(env: Env) -> Value:
        x = first(env)
        if x is False:
            return False
        if x is not True:
            return undecided("&&", x, left.site, (x, Thunk(second, env, right.site)))
        y = second(env)
        if y is True or y is False:
            return y
        return undecided("&&", y, right.site, (True, y))

    return code


def _or(left: _Operand, right: _Operand) -> Code:
    first, second = left.code, right.code

    def code(env: Env) -> Value:
        x = first(env)
        if x is True:
            return True
        if x is not False:
            return undecided("||", x, left.site, (x, Thunk(second, env, right.site)))
        y = second(env)
        if y is True or y is False:
            return y
        return undecided("||", y, right.site, (False, y))

    return code


def _compared(operator: str, compare: Callable[[Value, Value], bool]) -> _Combine:
    def combine(left: Code, right: Code) -> Code:
        def code(env: Env) -> Value:
            x, y = left(env), right(env)
            try:
                return compare(x, y)
            except Unknowable:
                return _uncompared(operator, x, y)

        return code

    return combine


def _compared_backwards(operator: str, compare: Callable[[Value, Value], bool]) -> _Combine:
    """`compare` takes the right operand first, and so does Nix: errors show that."""

    def combine(left: Code, right: Code) -> Code:
        def code(env: Env) -> Value:
            y, x = right(env), left(env)
            try:
                return compare(y, x)
            except Unknowable:
                return _uncompared(operator, x, y)

        return code

    return combine


def _uncompared(operator: str, x: Value, y: Value) -> Value:
    """The comparison of values of which one is unknown, or has an unknown part."""
    for operand in (x, y):
        if isinstance(operand, Unknown):
            return operand.operation(operator, (x, y))
    raise


_LOGIC = {"&&": _and, "||": _or}
_KEEPING = {"++": concat}
_OPERATORS: dict[str, _Combine] = {
    "==": _compared("==", equal),
    "!=": _compared("!=", lambda x, y: not equal(x, y)),
    "<": _compared("<", less_than),
    "<=": _compared_backwards("<=", lambda y, x: not less_than(y, x)),
    ">": _compared_backwards(">", less_than),
    ">=": _compared(">=", lambda x, y: not less_than(x, y)),
    "-": lambda left, right: lambda env: subtract(left(env), right(env)),
    "*": lambda left, right: lambda env: multiply(left(env), right(env)),
    "/": lambda left, right: lambda env: divide(left(env), right(env)),
}


def _implications_and_pipes(node: Node, scope: Scope) -> Code:
    """`a -> b` and, where the text has them, `a |> f` and `f <| a` (see `syntax.mend`)."""
    operands: list[Node] = []
    operators: list[bytes] = []
    text = scope.unit.text
    while node.kind_id == Kind.BINARY and child(node, Field.OPERATOR).type == "->":
        operator = child(node, Field.OPERATOR)
        operands.append(child(node, Field.LEFT))
        operators.append(text[operator.start_byte : operator.end_byte])
        node = child(node, Field.RIGHT)
    operands.append(node)
    segments: list[list[Node]] = [[operands[0]]]
    pipes: list[bytes] = []
    for operator_text, operand in zip(operators, operands[1:], strict=True):
        if operator_text == b"->":
            segments[-1].append(operand)
        else:
            pipes.append(operator_text)
            segments.append([operand])
    codes = [_implication(segment, scope) for segment in segments]
    if not pipes:
        return codes[0]
    site = Site(scope.unit, operands[0].start_byte, operands[-1].end_byte)
    if len(set(pipes)) > 1:
        return _syntax_error("syntax error, unexpected '<|' among '|>'", site)
    if pipes[0] == b"|>":
        piped = codes[0]
        for function in codes[1:]:
            piped = _pipe(function, piped, site)
        return piped
    piped = codes[-1]
    for function in reversed(codes[:-1]):
        piped = _pipe(function, piped, site)
    return piped


def _implication(operands: list[Node], scope: Scope) -> Code:
    if len(operands) == 1:
        return compile_expression(operands[0], scope)
    last = _Operand.of(operands[-1], scope)
    for operand in reversed(operands[:-1]):
        site = Site(scope.unit, operand.start_byte, operands[-1].end_byte)
        last = _Operand(_or(_Operand(_not(operand, scope), site_of(operand, scope)), last), site)
    return last.code


def _not(node: Node, scope: Scope) -> Code:
    operand = _Operand.of(node, scope)
    inner = operand.code

    def code(env: Env) -> Value:
        value = inner(env)
        if value is True:
            return False
        if value is False:
            return True
        return undecided("!", value, operand.site, (value,))

    return code


def _pipe(function: Code, argument: Code, site: Site) -> Code:
    return _placed(lambda env: call(function(env), Thunk(argument, env, site)), site)


def _syntax_error(message: str, site: Site) -> Code:
    def code(_env: Env) -> Value:
        raise SyntaxErrorInFile(message, site)

    return code
