"""Selecting by `-A`, as Nix's commands do.

Source: nix src/libexpr/attr-path.cc; eval.cc, autoCallFunction.
"""

from __future__ import annotations

from hmls.lang.errors import NixError
from hmls.lang.force import MISSING, call, force, get
from hmls.lang.values import Attrs, Lambda, Lazy, Unknown, Value, type_phrase


def selected(lazy: Lazy, path: str) -> Value:
    """What is at an attribute path; functions on the way are called without arguments.

    Raises NixError with Nix's words where there is no such thing.
    """
    value = force(lazy)
    for name in split_selection(path):
        value = _called(value)
        if isinstance(value, Unknown):
            value = force(value.select(name))
        elif name.isascii() and name.isdecimal():
            value = force(_item(value, int(name), path))
        else:
            value = force(_attribute(value, name, path))
    return value


def split_selection(path: str) -> list[str]:
    """The names in a selection path; those in quotes may contain dots."""
    names: list[str] = []
    name, quoted = "", False
    for char in path:
        if char == '"':
            quoted = not quoted
        elif char == "." and not quoted:
            names.append(name)
            name = ""
        else:
            name += char
    if quoted:
        raise NixError(f"missing closing quote in selection path '{path}'")
    return [*names, name] if name else names


def _item(value: Value, index: int, path: str) -> Lazy:
    if not isinstance(value, list):
        raise NixError(
            f"the expression selected by the selection path '{path}' should be a list "
            f"but is {type_phrase(value)}"
        )
    if index >= len(value):
        raise NixError(f"list index {index} in selection path '{path}' is out of range")
    return value[index]


def _attribute(value: Value, name: str, path: str) -> Lazy:
    if not isinstance(value, Attrs):
        raise NixError(
            f"the expression selected by the selection path '{path}' should be a set "
            f"but is {type_phrase(value)}"
        )
    if not name:
        raise NixError(f"empty attribute name in selection path '{path}'")
    found = get(value, name)
    if found is MISSING:
        raise NixError(f"attribute '{name}' in selection path '{path}' not found")
    return found


def _called(value: Value) -> Value:
    """The result of a function of a set all of whose arguments have defaults."""
    if isinstance(value, Attrs) and "__functor" in value:
        return _called(call(force(value["__functor"]), value))
    if not isinstance(value, Lambda) or value.formals is None:
        return value
    for name, has_default in value.formals.arguments.items():
        if not has_default:
            raise NixError(
                f"cannot evaluate a function that has an argument without a value ('{name}')\n"
                "Nix attempted to evaluate a function as a top level expression; in\n"
                "this case it must have its arguments supplied either by default\n"
                "values, or passed explicitly with '--arg' or '--argstr'. See\n"
                "https://nix.dev/manual/nix/stable/language/syntax.html#functions."
            )
    return call(value, Attrs())
