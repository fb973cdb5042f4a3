"""lib.hm.nushell: values as Nushell source. Source: Home Manager modules/lib/nushell.nix."""

from __future__ import annotations

import re

from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Thrown
from hmls.lang.force import (
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    names,
    select,
)
from hmls.lang.json import json_string, to_json
from hmls.lang.lib.lua import quoted
from hmls.lang.lib.pretty import pretty
from hmls.lang.lib.support import (
    NESTED,
    arguments,
    assert_message,
    attribute_is,
    concat,
    function,
    is_string,
    join,
    option,
    part,
    part_of,
    pattern,
    to_text,
)
from hmls.lang.values import Attrs, Lazy, Value, type_name

register = Registry()

_TO_NUSHELL = pattern(optional=("indent", "multiline", "asBindings"))
# In Home Manager's own pattern `+-\` is a range, which leaves out digits and capitals too.
_VARIABLE = re.compile(r"[$]?[^\\.\[({+-\\*^/=!<>&|]+", re.DOTALL)


@register("mkNushellInline")
def mk_nushell_inline(expression: Lazy) -> Value:
    return Attrs({"_type": "nushell-inline", "expr": expression})


@register("isNushellInline")
def is_nushell_inline(value: Lazy) -> Value:
    return attribute_is(force(value), "_type", "nushell-inline")


@register("toNushell", formals=_TO_NUSHELL)
def to_nushell(given: Lazy) -> Value:
    options = arguments("toNushell", _TO_NUSHELL, given)

    def generate(value: Lazy) -> Value:
        indent = expect_string(option(options, "indent", ""))
        multiline = option(options, "multiline", True)
        if expect_bool(option(options, "asBindings", False)):
            return _bindings(value, multiline, indent)
        return _nushell(force(value), multiline, indent)

    return function(generate)


def _bindings(value: Lazy, multiline: Lazy, indent: str) -> Value:
    variables = expect_attrs(value)
    order = names(variables)
    bad = [name for name in order if not _VARIABLE.fullmatch(name)]
    assert_message(not bad, f"Bad Nushell variable names: {pretty(bad)}")

    def line(name: str) -> Value:
        shown = part_of(lambda item: _nushell(force(item), multiline, indent), variables[name])
        return concat(f"{indent}let {name} = ", shown, "\n")

    return join("", [line(name) for name in order])


def _nushell(value: Value, multiline: Lazy, indent: str) -> Value:
    if value is None:
        return "null"
    if is_string(value):
        return quoted(value)
    kind = type_name(value)
    if kind in ("int", "float", "bool"):
        return to_json(value)
    if kind == "list":
        with NESTED:
            items = [_inner(item, multiline, indent) for item in expect_list(value)]
        return _block("[", items, "]", multiline, indent)
    if isinstance(value, Attrs):
        return _record(value, multiline, indent)
    attribute_is(value, "_type", "")
    raise Thrown(f"nushell.toNushell: type {kind} is unsupported")


def _record(value: Attrs, multiline: Lazy, indent: str) -> Value:
    if attribute_is(value, "_type", "nushell-inline"):
        return concat("(", part(lambda: select(value, "expr")), ")")
    order = names(value)
    if order and attribute_is(value, "type", "derivation"):
        return to_text(value)
    with NESTED:
        pairs = [
            concat(f"{json_string(name)}: ", _inner(value[name], multiline, indent))
            for name in order
        ]
    return _block("{", pairs, "}", multiline, indent)


def _inner(lazy: Lazy, multiline: Lazy, indent: str) -> Value:
    return part_of(lambda item: _nushell(force(item), multiline, f"{indent}    "), lazy)


def _block(opening: str, items: list[Value], closing: str, multiline: Lazy, indent: str) -> Value:
    if not items:
        return opening + closing
    intro, outro = (f"\n{indent}    ", f"\n{indent}") if expect_bool(multiline) else (" ", " ")
    return concat(opening, intro, join(intro, items), outro, closing)
