"""lib.generators.toLua and toPlist.

Source: nixpkgs lib/generators.nix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hmls.lang import coerce, store
from hmls.lang.builtins.registry import Registry
from hmls.lang.force import (
    call2,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    names,
    select,
)
from hmls.lang.json import json_string, to_json
from hmls.lang.lib.pretty import pretty
from hmls.lang.lib.support import (
    NESTED,
    aborted,
    arguments,
    assert_message,
    attribute_is,
    concat,
    function,
    is_string,
    join,
    library,
    map_known,
    option,
    part,
    part_of,
    pattern,
    to_text,
)
from hmls.lang.values import Attrs, Lazy, Path, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_TO_LUA = pattern(optional=("multiline", "indent", "asBindings"))
_TO_PLIST = pattern(optional=("escape",))
_VARIABLE = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*(\.[a-zA-Z_][a-zA-Z0-9_]*)*")


@register("toLua", formals=_TO_LUA)
def to_lua(given: Lazy) -> Value:
    options = arguments("toLua", _TO_LUA, given)

    def generate(value: Lazy) -> Value:
        indent = expect_string(option(options, "indent", ""))
        if expect_bool(option(options, "asBindings", False)):
            return _bindings(value, option(options, "multiline", True), indent)
        return _lua(force(value), option(options, "multiline", True), indent)

    return function(generate)


def _bindings(value: Lazy, multiline: Lazy, indent: str) -> Value:
    variables = expect_attrs(value)
    order = names(variables)
    bad = [name for name in order if not _VARIABLE.fullmatch(name)]
    assert_message(not bad, f"Bad Lua var names: {pretty(bad)}")

    def line(name: str) -> Value:
        shown = part_of(lambda item: _lua(force(item), multiline, indent), variables[name])
        return concat(f"{indent}{name} = ", shown, "\n")

    return join("", [line(name) for name in order])


def quoted(value: Value) -> Value:
    """A JSON string literal of a string, known or not."""
    return concat('"', map_known(value, lambda known: json_string(known)[1:-1]), '"')


def _lua(value: Value, multiline: Lazy, indent: str) -> Value:
    if value is None:
        return "nil"
    if is_string(value):
        return quoted(value)
    kind = type_name(value)
    if kind in ("int", "float", "bool"):
        return to_json(value)
    if isinstance(value, Path) or attribute_is(value, "type", "derivation"):
        return quoted(coerce.interpolate(value))
    if kind == "list":
        with NESTED:
            texts = [_inner_lua(item, multiline, indent) for item in expect_list(value)]
        return _braces(texts, multiline, indent)
    if isinstance(value, Attrs):
        return _table(value, multiline, indent)
    raise aborted(f"generators.toLua: type {kind} is unsupported")


def _inner_lua(lazy: Lazy, multiline: Lazy, indent: str) -> Value:
    return part_of(lambda item: _lua(force(item), multiline, f"{indent}  "), lazy)


def _table(value: Attrs, multiline: Lazy, indent: str) -> Value:
    if attribute_is(value, "_type", "lua-inline"):
        return concat("(", part(lambda: select(value, "expr")), ")")
    with NESTED:
        texts = [
            concat(f"[{json_string(name)}] = ", _inner_lua(value[name], multiline, indent))
            for name in names(value)
        ]
    return _braces(texts, multiline, indent)


def _braces(texts: list[Value], multiline: Lazy, indent: str) -> Value:
    if not texts:
        return "{}"
    intro, outro = (f"\n{indent}  ", f"\n{indent}") if expect_bool(multiline) else (" ", " ")
    return concat("{", intro, join(f",{intro}", texts), outro, "}")


@register("mkLuaInline")
def mk_lua_inline(expression: Lazy) -> Value:
    return Attrs({"_type": "lua-inline", "expr": expression})


_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" \
"http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
"""
_XML = {'"': "&quot;", "'": "&apos;", "<": "&lt;", ">": "&gt;", "&": "&amp;"}


@register.with_interp("toPlist", formals=_TO_PLIST)
def to_plist(interp: Interp, given: Lazy) -> Value:
    options = arguments("toPlist", _TO_PLIST, given)

    def generate(value: Lazy) -> Value:
        escape = expect_bool(option(options, "escape", False))
        if not escape:
            warning = "Using `lib.generators.toPlist` without `escape = true` is deprecated"
            call2(library(interp, "trivial", "warn"), warning, None)
        return concat(_HEAD, part(lambda: _plist(force(value), "", escape)), "\n</plist>")

    return function(generate)


def _plist(value: Value, indent: str, escape: bool) -> Value:
    if value is None:
        return ""
    if value is True or value is False:
        return f"{indent}<{'true' if value else 'false'}/>"
    if is_string(value):
        return concat(f"{indent}<string>", _plist_text(value, escape), "</string>")
    kind = type_name(value)
    if kind == "int":
        return concat(f"{indent}<integer>", to_text(value), "</integer>")
    if kind == "list":
        with NESTED:
            items = [_inner_plist(item, indent, escape) for item in expect_list(value)]
        return join("\n", [f"{indent}<array>", join("\n", items), f"{indent}</array>"])
    if isinstance(value, Attrs):
        return join(
            "\n", [f"{indent}<dict>", _plist_pairs(value, indent, escape), f"{indent}</dict>"]
        )
    if isinstance(value, Path):
        shown = store.shown_path(value.path)
        return concat(f"{indent}<string>", _plist_text(shown, escape), "</string>")
    if kind == "float":
        return concat(f"{indent}<real>", to_text(value), "</real>")
    # Nix means to abort here, but fails to print the value in its message.
    return coerce.interpolate(value)


def _inner_plist(lazy: Lazy, indent: str, escape: bool) -> Value:
    return part_of(lambda item: _plist(force(item), f"\t{indent}", escape), lazy)


def _plist_pairs(value: Attrs, indent: str, escape: bool) -> Value:
    lines: list[Value] = []
    with NESTED:
        for name in names(value):
            if name == "_module":
                continue
            found = force(value[name])
            if isinstance(found, Unknown) and found.kind is None:
                lines.append(found)
            elif found is not None:
                lines.append(concat(f"\t{indent}<key>", _plist_text(name, escape), "</key>"))
                lines.append(_inner_plist(found, indent, escape))
    return join("\n", lines)


def _plist_text(value: Value, escape: bool) -> Value:
    if not escape:
        return value
    return map_known(value, lambda known: "".join([_XML.get(char, char) for char in known]))
