"""lib.debug: printing values while they are evaluated, and tests of expressions.

Source: nixpkgs lib/debug.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.attrs import map_attrs
from hmls.lang.builtins.context import discard_context
from hmls.lang.builtins.control import throw, trace
from hmls.lang.builtins.lists import elem, map_
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import concat_strings
from hmls.lang.compare import equal
from hmls.lang.deep import force_deep
from hmls.lang.force import (
    call,
    delayed,
    expect_attrs,
    expect_bool,
    expect_int,
    expect_list,
    expect_string,
    force,
    get_lazy,
    has,
    names,
    select,
)
from hmls.lang.json import to_json
from hmls.lang.lib.attrsets import is_set
from hmls.lang.lib.pretty import Layout, pretty
from hmls.lang.lib.support import arguments, function, function2, option, pattern
from hmls.lang.values import Attrs, Lazy, OpenList, Thunk, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

BUILTINS = "trace addErrorContext unsafeGetAttrPos"
_SHORT = Layout(allow_pretty_values=True)
_FAILURES = pattern("failures", optional=("description",), more=True)


@register.with_interp("traceIf")
def trace_if(interp: Interp, condition: Lazy, message: Lazy, value: Lazy) -> Value:
    return trace(interp, message, value) if expect_bool(condition) else force(value)


@register.with_interp("traceValFn")
def trace_val_fn(interp: Interp, shown: Lazy, value: Lazy) -> Value:
    return trace(interp, delayed(lambda: call(force(shown), value)), value)


@register.with_interp("traceVal")
def trace_val(interp: Interp, value: Lazy) -> Value:
    return trace(interp, value, value)


@register.with_interp("traceSeq")
def trace_seq(interp: Interp, shown: Lazy, value: Lazy) -> Value:
    return trace(interp, delayed(lambda: _forced(shown)), value)


def _forced(value: Lazy) -> Value:
    force_deep(value)
    return force(value)


@register.with_interp("traceSeqN")
def trace_seq_n(interp: Interp, depth: Lazy, shown: Lazy, value: Lazy) -> Value:
    text = delayed(lambda: pretty(_snipped(expect_int(depth), shown), _SHORT))
    return trace(interp, text, value)


def _snipped(depth: int, lazy: Lazy) -> Value:
    """The value with what lies deeper replaced by an ellipsis."""
    value = force(lazy)
    if value.__class__ is list or value.__class__ is OpenList:
        if depth == 0:
            return _ellipsis("[…]", value)
        return map_(function(lambda item: _snipped(depth - 1, item)), value)
    if is_set(value):
        if depth == 0:
            return _ellipsis("{…}", value)
        return map_attrs(function2(lambda _name, item: _snipped(depth - 1, item)), value)
    return value


def _ellipsis(text: str, value: Value) -> Attrs:
    return Attrs({"__pretty": function(lambda _value: text), "val": value})


@register.with_interp("traceValSeqFn")
def trace_val_seq_fn(interp: Interp, shown: Lazy, value: Lazy) -> Value:
    return trace_val_fn(interp, shown, delayed(lambda: _forced(value)))


@register.with_interp("traceValSeq")
def trace_val_seq(interp: Interp, value: Lazy) -> Value:
    return trace_val(interp, delayed(lambda: _forced(value)))


@register.with_interp("traceValSeqNFn")
def trace_val_seq_n_fn(interp: Interp, shown: Lazy, depth: Lazy, value: Lazy) -> Value:
    return trace_seq_n(interp, depth, delayed(lambda: call(force(shown), value)), value)


@register.with_interp("traceValSeqN")
def trace_val_seq_n(interp: Interp, depth: Lazy, value: Lazy) -> Value:
    return trace_seq_n(interp, depth, value, value)


@register.with_interp("traceFnSeqN")
def trace_fn_seq_n(interp: Interp, depth: Lazy, name: Lazy, function: Lazy, value: Lazy) -> Value:
    result = delayed(lambda: call(force(function), value))
    shown = Attrs({"fn": name, "from": value, "to": result})
    return trace_seq_n(interp, delayed(lambda: expect_int(depth) + 1), shown, result)


@register("runTests")
def run_tests(tests: Lazy) -> Value:
    """The tests whose `expr` is not what is `expected`."""
    found = expect_attrs(tests)
    chosen = expect_list(select(found, "tests")) if has(found, "tests") else []
    failures: list[Lazy] = []
    for name in names(found):
        runs = elem(name, chosen) if chosen else name.startswith("test")
        if not runs:
            continue
        test = expect_attrs(found[name])
        if not equal(select(test, "expr"), select(test, "expected")):
            expected, result = get_lazy(test, "expected"), get_lazy(test, "expr")
            failures.append(Attrs({"name": name, "expected": expected, "result": result}))
    return failures


@register.with_interp("throwTestFailures", formals=_FAILURES)
def throw_test_failures(interp: Interp, given: Lazy) -> Value:
    attrs = arguments("throwTestFailures", _FAILURES, given)
    failures = expect_list(select(attrs, "failures"))
    if not failures:
        return None
    for failure in failures:
        text = _failure_text(expect_attrs(failure))
        trace(interp, text, text)
    shown = [
        part for failure in failures for part in ("\n- ", select(expect_attrs(failure), "name"))
    ]
    description = expect_string(option(attrs, "description", "tests"))
    head = f"{len(failures)} {description} failed:"
    return throw(concat_strings([head, *shown, "\n\n", to_json(failures)]))


def _failure_text(failure: Attrs) -> Value:
    shown = [
        discard_context(pretty(select(failure, name), _SHORT))
        for name in ("name", "expected", "result")
    ]
    return f"FAIL {shown[0]}:\nExpected:\n{shown[1]}\nResult:\n{shown[2]}\n"


@register("testAllTrue")
def test_all_true(expression: Lazy) -> Value:
    return Attrs({"expr": expression, "expected": Thunk(_all_true, expression)})


def _all_true(expression: Lazy) -> Value:
    return [True] * len(expect_list(expression))
