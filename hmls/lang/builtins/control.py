"""Types of values, errors and the order of evaluation.

Source: nix src/libexpr/primops.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.deep import force_deep
from hmls.lang.errors import Aborted, NixError, Thrown, Unknowable
from hmls.lang.force import call, expect_attrs, expect_list, expect_string, force
from hmls.lang.show import show, show_in_error
from hmls.lang.values import Attrs, Lazy, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


def _has_type(lazy: Lazy, name: str) -> bool:
    value = force(lazy)
    if isinstance(value, Unknown) and value.kind is None:
        raise Unknowable(value)
    return type_name(value) == name


@register("typeOf")
def type_of(value: Lazy) -> Value:
    forced = force(value)
    if isinstance(forced, Unknown) and forced.kind is None:
        raise Unknowable(forced)
    return type_name(forced)


@register("isNull")
def is_null(value: Lazy) -> Value:
    return _has_type(value, "null")


@register("isFunction")
def is_function(value: Lazy) -> Value:
    return _has_type(value, "lambda")


@register("isInt")
def is_int(value: Lazy) -> Value:
    return _has_type(value, "int")


@register("isFloat")
def is_float(value: Lazy) -> Value:
    return _has_type(value, "float")


@register("isString")
def is_string(value: Lazy) -> Value:
    return _has_type(value, "string")


@register("isBool")
def is_bool(value: Lazy) -> Value:
    return _has_type(value, "bool")


@register("isPath")
def is_path(value: Lazy) -> Value:
    return _has_type(value, "path")


@register("isList")
def is_list(value: Lazy) -> Value:
    return _has_type(value, "list")


@register("isAttrs")
def is_attrs(value: Lazy) -> Value:
    return _has_type(value, "set")


def message_of(message: Lazy) -> str:
    """The text of an error or a warning: unknown parts are no reason not to raise it."""
    try:
        return coerce.coerce_copying(message)
    except Unknowable:
        return show(message)


@register("throw")
def throw(message: Lazy) -> Value:
    raise Thrown(message_of(message))


@register("abort")
def abort(message: Lazy) -> Value:
    text = message_of(message)
    raise Aborted(f"evaluation aborted with the following error message: '{text}'")


@register("break")
def break_(value: Lazy) -> Value:
    return force(value)


_KEPT_CONTEXTS = 100
"""More contexts than that nobody reads, and each value that failed keeps them."""


@register("addErrorContext")
def add_error_context(context: Lazy, value: Lazy) -> Value:
    try:
        return force(value)
    except NixError as error:
        said = message_of(context)
        if len(error.trace) < _KEPT_CONTEXTS:
            error.trace.append((said, None))
        raise


@register("tryEval")
def try_eval(value: Lazy) -> Value:
    """An unknown value may be one that throws, so that success is as unknown as the value."""
    try:
        forced = force(value)
    except NixError as error:
        if not error.catchable:
            raise
        return Attrs({"success": False, "value": False})
    if isinstance(forced, Unknown):
        return Attrs({"success": forced.at(None, "bool"), "value": forced})
    return Attrs({"success": True, "value": forced})


@register("seq")
def seq(first: Lazy, second: Lazy) -> Value:
    value = force(first)
    if isinstance(value, Unknown):
        # It may be one that throws.
        raise Unknowable(value)
    return force(second)


@register("deepSeq")
def deep_seq(first: Lazy, second: Lazy) -> Value:
    force_deep(first)
    return force(second)


@register.with_interp("trace")
def trace(interp: Interp, message: Lazy, value: Lazy) -> Value:
    said = force(message)
    text = said if isinstance(said, str) else show_in_error(said)
    interp.trace(f"trace: {text}")
    return force(value)


@register("traceVerbose")
def trace_verbose(_message: Lazy, value: Lazy) -> Value:
    """Silent, as Nix is without --trace-verbose."""
    return force(value)


@register.with_interp("warn")
def warn(interp: Interp, message: Lazy, value: Lazy) -> Value:
    try:
        text = expect_string(message)
    except Unknowable:
        text = show(message)
    interp.trace(f"evaluation warning: {text}")
    return force(value)


@register("functionArgs")
def function_args(function: Lazy) -> Value:
    from hmls.lang.values import Lambda, Primop

    value = force(function)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if not isinstance(value, Lambda | Primop):
        raise NixError("'functionArgs' requires a function")
    if value.formals is None:
        return Attrs()
    return Attrs(value.formals.arguments)


@register("genericClosure")
def generic_closure(argument: Lazy) -> Value:
    """Breadth first; of elements with equal keys only the first counts."""
    from hmls.lang.builtins.arguments import required
    from hmls.lang.builtins.keys import KeySet
    from hmls.lang.force import expect_function

    attrs = expect_attrs(argument)
    pending = list(expect_list(required(attrs, "startSet")))
    if not pending:
        return []
    operator = expect_function(required(attrs, "operator"))
    found: list[Lazy] = []
    seen = KeySet()
    for element in pending:
        key = force(required(expect_attrs(element), "key"))
        if not seen.add(key):
            continue
        found.append(element)
        new = expect_list(call(operator, element))
        for item in new:
            force(item)
        # The loop goes on over what is appended here.
        pending.extend(new)
    return found
