"""lib.cli: command lines from attribute sets.

Source: nixpkgs lib/cli.nix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import (
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    names,
)
from hmls.lang.lib.generators import value_text
from hmls.lang.lib.support import (
    arguments,
    concat,
    function,
    function2,
    library,
    option,
    pattern,
)
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_OLD = pattern(optional=("mkOptionName", "mkBool", "mkList", "mkOption", "optionValueSeparator"))
_GNU = pattern(optional=("isLong", "explicitBool", "formatArg"))
_FORMAT = pattern("option", "sep", "explicitBool", optional=("formatArg",))
_DEFAULT_TEXT = function(lambda value: concat(value_text(force(value))))


def _is_long(name: Lazy) -> bool:
    return len(expect_string(name).encode("utf-8", "surrogateescape")) > 1


_IS_LONG = function(_is_long)


@register.with_interp("toGNUCommandLineShell")
def to_gnu_command_line_shell(interp: Interp, options: Lazy, attrs: Lazy) -> Value:
    return _escaped(interp, call(to_gnu_command_line(options), attrs))


@register("toGNUCommandLine", formals=_OLD)
def to_gnu_command_line(given: Lazy) -> Value:
    options = arguments("anonymous lambda", _OLD, given)

    def name_of(key: Lazy) -> Value:
        return concat("--" if _is_long(key) else "-", force(key))

    def boolean(key: Lazy, value: Lazy) -> Value:
        return [Thunk(lambda k: call(force(mk_option_name), k), key)] if expect_bool(value) else []

    def items(key: Lazy, values: Lazy) -> Value:
        one = call(force(mk_option), key)
        return [item for value in expect_list(values) for item in expect_list(call(one, value))]

    def single(key: Lazy, value: Lazy) -> Value:
        found = force(value)
        if isinstance(found, Unknown) and found.kind is None:
            raise Unknowable(found)
        if found is None:
            return []
        name = Thunk(lambda k: call(force(mk_option_name), k), key)
        shown = delayed(lambda: concat(value_text(found)))
        separator = force(option(options, "optionValueSeparator", None))
        if separator is None:
            return [name, shown]
        return [delayed(lambda: concat(force(name), separator, force(shown)))]

    mk_option_name = option(options, "mkOptionName", function(name_of))
    mk_option = option(options, "mkOption", function2(single))
    mk_bool = option(options, "mkBool", function2(boolean))
    mk_list = option(options, "mkList", function2(items))

    def render(key: str, value: Lazy) -> Value:
        kind = _kind(value)
        maker = {"bool": mk_bool, "list": mk_list}.get(kind, mk_option)
        return call2(force(maker), key, value)

    return function(lambda attrs: _rendered(render, attrs))


def _kind(value: Lazy) -> str:
    found = force(value)
    if isinstance(found, Unknown) and found.kind is None:
        raise Unknowable(found)
    return type_name(found)


def _rendered(render: Callable[[str, Lazy], Value], attrs: Lazy) -> Value:
    pairs = expect_attrs(attrs)
    arguments_: list[Lazy] = []
    for name in names(pairs):
        arguments_ += expect_list(render(name, pairs[name]))
    return arguments_


@register.with_interp("toCommandLineShellGNU")
def to_command_line_shell_gnu(interp: Interp, options: Lazy, attrs: Lazy) -> Value:
    return _escaped(interp, call(to_command_line_gnu(options), attrs))


@register("toCommandLineGNU", formals=_GNU)
def to_command_line_gnu(given: Lazy) -> Value:
    options = arguments("toCommandLineGNU", _GNU, given)
    is_long = option(options, "isLong", _IS_LONG)

    def option_format(name: Lazy) -> Value:
        long = delayed(lambda: call(force(is_long), name))
        return Attrs(
            {
                "option": delayed(lambda: concat("--" if expect_bool(long) else "-", force(name))),
                "sep": delayed(lambda: "=" if expect_bool(long) else ""),
                "explicitBool": option(options, "explicitBool", False),
                "formatArg": option(options, "formatArg", _DEFAULT_TEXT),
            }
        )

    return function(lambda attrs: to_command_line(function(option_format), attrs))


@register.with_interp("toCommandLineShell")
def to_command_line_shell(interp: Interp, option_format: Lazy, attrs: Lazy) -> Value:
    return _escaped(interp, to_command_line(option_format, attrs))


@register("toCommandLine")
def to_command_line(option_format: Lazy, attrs: Lazy) -> Value:
    def render(name: str, value: Lazy) -> Value:
        if not name:
            # nixpkgs means to throw here, by a function that its lib does not have.
            raise NixError("attribute 'throw' missing")
        items = expect_list(value) if _kind(value) == "list" else [value]
        return [part for item in items for part in _option(option_format, name, item)]

    return _rendered(render, attrs)


def _option(option_format: Lazy, name: str, value: Lazy) -> list[Lazy]:
    given = call(force(option_format), name)
    form = arguments("renderOption", _FORMAT, given)
    found = force(value)
    if isinstance(found, Unknown) and found.kind is None:
        raise Unknowable(found)
    if found is None:
        return []
    explicit = expect_bool(option(form, "explicitBool", None))
    if found.__class__ is bool and not explicit:
        return [option(form, "option", None)] if found else []
    argument = delayed(lambda: call(force(option(form, "formatArg", _DEFAULT_TEXT)), found))
    separator = force(option(form, "sep", None))
    if separator is None:
        return [option(form, "option", None), argument]
    return [
        delayed(lambda: concat(force(option(form, "option", None)), separator, force(argument)))
    ]


def _escaped(interp: Interp, words: Value) -> Value:
    return call(library(interp, "strings", "escapeShellArgs"), words)
