"""lib.generators.toPretty: any value as Nix source, for people to read.

Source: nixpkgs lib/generators.nix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmls.lang import coerce, store
from hmls.lang.builtins.registry import Registry
from hmls.lang.force import (
    MISSING,
    call,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    has,
    is_function,
    names,
)
from hmls.lang.json import json_float, json_string
from hmls.lang.lib.support import (
    NESTED,
    arguments,
    attribute_is,
    concat,
    function,
    join,
    opaque,
    option,
    part_of,
    pattern,
)
from hmls.lang.values import Attrs, Lambda, Lazy, Path, Primop, Unknown, Value, type_name

register = Registry()

_TO_PRETTY = pattern(optional=("allowPrettyValues", "multiline", "indent"))
_IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_'-]*")
_KEYWORDS = frozenset(("assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"))


@dataclass(frozen=True, slots=True)
class Layout:
    """How to print: on many lines, and whether a set may say itself how it looks."""

    multiline: bool = True
    allow_pretty_values: bool = False


@register("toPretty", formals=_TO_PRETTY)
def to_pretty(given: Lazy) -> Value:
    options = arguments("toPretty", _TO_PRETTY, given)

    def generate(value: Lazy) -> Value:
        layout = Layout(
            expect_bool(option(options, "multiline", True)),
            expect_bool(option(options, "allowPrettyValues", False)),
        )
        return pretty(value, layout, expect_string(option(options, "indent", "")))

    return function(generate)


def pretty(lazy: Lazy, layout: Layout = Layout(), indent: str = "") -> Value:
    """The text of a value, of which parts may be unknown."""
    value = force(lazy)
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return json_float(value)
        case str():
            return coerce.with_context(_string(value, layout, indent), value)
        case Path():
            return store.shown_path(value.path)
    if isinstance(value, Unknown):
        return concat(opaque(value))
    with NESTED:
        if type_name(value) == "list":
            return _list(value, layout, indent)
        if is_function(value):
            return _function(value)
        return _attrs(value, layout, indent)


def _string(value: str, layout: Layout, indent: str) -> str:
    lines = value.split("\n")
    if not layout.multiline or len(lines) == 1:
        escaped = [
            line.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${") for line in lines
        ]
        return '"' + "\\n".join(escaped) + '"'
    escaped = [_multiline_escape(line) for line in lines]
    intro, outro = f"\n{indent}  ", f"\n{indent}"
    last = outro if escaped[-1] == "" else intro + escaped[-1]
    return "''" + intro + intro.join(escaped[:-1]) + last + "''"


def _multiline_escape(line: str) -> str:
    return re.sub(r"\$\{|''", lambda match: "''${" if match[0] == "${" else "'''", line)


def _spaces(layout: Layout, indent: str) -> tuple[str, str]:
    return (f"\n{indent}  ", f"\n{indent}") if layout.multiline else (" ", " ")


def _list(value: Value, layout: Layout, indent: str) -> Value:
    items = expect_list(value)
    if not items:
        return "[ ]"
    intro, outro = _spaces(layout, indent)
    inner = f"{indent}  "
    texts = [part_of(lambda item: pretty(item, layout, inner), item) for item in items]
    return concat("[", intro, join(intro, texts), outro, "]")


def _function(value: Value) -> Value:
    formals = formals_of(value)
    if not formals:
        return "<function>"
    shown = [f"{name}?" if formals[name] else name for name in sorted(formals)]
    return f"<function, args: {{{', '.join(shown)}}}>"


def formals_of(value: Value) -> dict[str, bool]:
    """`lib.functionArgs`: name → whether it has a default."""
    if isinstance(value, Attrs):
        declared = get(value, "__functionArgs")
        if declared is MISSING:
            return formals_of(call(get(value, "__functor"), value))
        known = expect_attrs(declared)
        return {name: expect_bool(known[name]) for name in names(known)}
    assert isinstance(value, Lambda | Primop)
    return dict(value.formals.arguments) if value.formals else {}


def _attrs(value: Attrs, layout: Layout, indent: str) -> Value:
    if layout.allow_pretty_values and has(value, "__pretty") and has(value, "val"):
        return call(get(value, "__pretty"), get(value, "val"))
    order = names(value)
    if not order:
        return "{ }"
    if attribute_is(value, "type", "derivation"):
        name = get(value, "name")
        return concat("<derivation ", "???" if name is MISSING else name, ">")
    intro, outro = _spaces(layout, indent)
    inner = f"{indent}  "

    def pair(name: str) -> Value:
        shown = part_of(lambda item: pretty(item, layout, inner), value[name])
        return concat(f"{identifier(name)} = ", shown, ";")

    texts = [pair(name) for name in order]
    return concat("{", intro, join(intro, texts), outro, "}")


def identifier(name: str) -> str:
    """An attribute name, quoted where Nix needs that (`escapeNixIdentifier`)."""
    if _IDENTIFIER.fullmatch(name) and name not in _KEYWORDS:
        return name
    return json_string(name).replace("$", "\\$")
