"""Residuals to values: what the extractor left open, with what a configuration says.

The reverse of `residual`. Operators and calls are those of the language itself, so that what
depends on something unknown is unknown in the same way as in a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from hmls.catalog.residual import Residual
from hmls.lang.called import Called
from hmls.lang.combine import add, as_set, concat, concat_strings, update
from hmls.lang.compare import equal, less_than
from hmls.lang.errors import InfiniteRecursion, Thrown, Unknowable
from hmls.lang.force import call, expect_attrs, expect_bool, force, select
from hmls.lang.interp import Interp
from hmls.lang.values import (
    Attrs,
    Cause,
    Lazy,
    OpenAttrs,
    OpenList,
    Primop,
    Splice,
    Thunk,
    Unknown,
    UnknownChoice,
    Value,
)
from hmls.modules.outside import KIND as UNREAD_MODULE

Json = Any
_PROFILE = ["ref", "config", "home", "path"]
"""The environment that Home Manager builds of all packages of a home."""
_PACKAGES = ["ref", "config", "home", "packages"]
_LITERALS = frozenset((type(None), bool, int, float, str))


@dataclass(frozen=True)
class Scope:
    """What residuals refer to: `roots` by name, and why the rest is unknown.

    `argument` gives the value of a root that is none of those. `without_others` has the roots
    that say nothing of modules that were not read. What is unknown may need what `needs` has.
    """

    interp: Interp
    lib: Lazy
    roots: Mapping[str, Lazy]
    argument: Callable[[str], Lazy]
    cause: Cause
    without_others: Mapping[str, Lazy] = field(default_factory=dict)
    functions: dict[str, Value] = field(default_factory=dict)
    needs: Called | None = None

    def with_roots(self, more: Mapping[str, Lazy]) -> Scope:
        return replace(self, roots={**self.roots, **more})

    def of(self, cause: Cause, needs: Lazy) -> Scope:
        """The same with another reason for what is unknown, and what it may need."""
        return replace(self, cause=cause, needs=Called(Unknown("…", cause), needs))

    def unknown(self, text: str, kind: str | None = None) -> Unknown:
        made = Unknown(text, self.cause, None, kind)
        made.basis = self.needs
        return made


def finish(found: Residual, scope: Scope) -> Lazy:
    """The value of a residual, computed when it is needed."""
    if found.__class__ in _LITERALS:
        return found
    return Thunk(_finished, (found, scope))


def _finished(given: tuple[Residual, Scope]) -> Value:
    found, scope = given
    if found.__class__ in _LITERALS:
        return found
    if isinstance(found, dict):
        return Attrs({name: finish(inner, scope) for name, inner in found.items()})
    word, *parts = found
    return _WORDS[word](parts, scope)


def _operand(found: Residual, scope: Scope) -> Value:
    """The forced value; an unknown one is returned, not raised."""
    try:
        return _finished((found, scope))
    except Unknowable as stop:
        return stop.unknown


def _list(parts: list[Json], scope: Scope) -> Value:
    return [finish(part, scope) for part in parts]


def _ref(parts: list[Json], scope: Scope) -> Value:
    root, *names = parts
    value = force(scope.roots[root] if root in scope.roots else scope.argument(root))
    for name in names:
        value = value.select(name) if isinstance(value, Unknown) else select(_attrs(value), name)
    return value


def _attrs(value: Value) -> Attrs:
    return value if isinstance(value, Attrs) else expect_attrs(value)


def _string(parts: list[Json], scope: Scope) -> Value:
    if _PROFILE in parts:
        # Its path is not known, but it has none if a package of it fails.
        with suppress(InfiniteRecursion):
            _operand(_PACKAGES, scope)
    return concat_strings([_operand(part, scope) for part in parts])


def _if(parts: list[Json], scope: Scope) -> Value:
    condition, then, otherwise = parts
    value = _operand(condition, scope)
    if isinstance(value, Unknown):
        return UnknownChoice(value, finish(then, scope), finish(otherwise, scope))
    return _finished((then if expect_bool(value) else otherwise, scope))


def _and(parts: list[Json], scope: Scope) -> Value:
    return _decided(parts, scope, False)


def _or(parts: list[Json], scope: Scope) -> Value:
    return _decided(parts, scope, True)


def _decided(parts: list[Json], scope: Scope, decides: bool) -> Value:
    """`&&` and `||`: the right side counts only if the left one does not decide."""
    for part in parts:
        value = _operand(part, scope)
        if isinstance(value, Unknown):
            return value
        if expect_bool(value) is decides:
            return decides
    return not decides


def _not(parts: list[Json], scope: Scope) -> Value:
    value = _operand(parts[0], scope)
    return value if isinstance(value, Unknown) else not expect_bool(value)


def _both(combine: Callable[[Value, Value], Value]) -> Callable[[list[Json], Scope], Value]:
    def operate(parts: list[Json], scope: Scope) -> Value:
        return combine(_operand(parts[0], scope), _operand(parts[1], scope))

    return operate


def _concatenated(parts: list[Json], scope: Scope) -> Value:
    return reduce(concat, [_operand(part, scope) for part in parts])


def _call(parts: list[Json], scope: Scope) -> Value:
    name, *arguments = parts
    value = _function(name, scope)
    for argument in arguments:
        value = call(value, finish(argument, scope))
    return value


def _function(name: str, scope: Scope) -> Value:
    """A function of lib or builtins by its full name."""
    found = scope.functions.get(name)
    if found is None:
        root, *path = name.split(".")
        value: Value = force(scope.interp.globals["builtins"] if root == "builtins" else scope.lib)
        for part in path:
            value = select(expect_attrs(value), part)
        found = scope.functions[name] = value
    return found


def _lambda(parts: list[Json], scope: Scope) -> Value:
    number, body = parts
    root = f"${number}"
    return Primop("", 1, lambda given: _finished((body, scope.with_roots({root: given}))))


def _guarded(parts: list[Json], scope: Scope) -> Value:
    condition, content = parts
    guard = condition
    if condition.__class__ not in _LITERALS:
        guard = Thunk(_condition, (condition, scope))
    return Attrs({"_type": "if", "condition": guard, "content": contribution(content, scope)})


def _condition(given: tuple[Residual, Scope]) -> Value:
    """The condition of a definition, false where only a module that was not read may make it true.

    That module may as well make the definition itself, which whoever reads the option knows.
    """
    found, scope = given
    value = _operand(found, scope)
    if isinstance(value, Unknown) and value.cause.kind == UNREAD_MODULE:
        without = _operand(found, scope.with_roots(scope.without_others))
        if without is False:
            return False
    return value


def contribution(found: Residual, scope: Scope) -> Lazy:
    """The value of a definition, empty where only a module that was not read may fill it."""
    if found.__class__ in _LITERALS:
        return found
    return Thunk(_contribution, (found, scope))


def _contribution(given: tuple[Residual, Scope]) -> Value:
    found, scope = given
    value = _finished(given)
    if _is_of_others(value):
        without = _operand(found, scope.with_roots(scope.without_others))
        if without.__class__ in (Attrs, list) and not without:
            return without
    return value


def _is_of_others(value: Value) -> bool:
    """Whether nothing of a value is known, because of modules that were not read."""
    match value:
        case Unknown():
            return value.cause.kind == UNREAD_MODULE
        case OpenAttrs():
            return not value and value.rest.cause.kind == UNREAD_MODULE
        case OpenList():
            return all(
                item.__class__ is Splice and item.unknown.cause.kind == UNREAD_MODULE
                for item in value.items
            )
    return False


def _property(kind: str, head: str | None, content: str) -> Callable[[list[Json], Scope], Value]:
    def made(parts: list[Json], scope: Scope) -> Value:
        attrs: dict[str, Lazy] = {"_type": kind}
        if head is not None:
            attrs[head] = finish(parts[0], scope)
        attrs[content] = contribution(parts[-1], scope)
        return Attrs(attrs)

    return made


def _open(parts: list[Json], scope: Scope) -> Value:
    known, unknown = parts
    rest = force(finish(unknown, scope))
    items = {name: finish(inner, scope) for name, inner in known.items()}
    return OpenAttrs(items, rest if isinstance(rest, Unknown) else scope.unknown("…"))


def _unknown(parts: list[Json], scope: Scope) -> Value:
    text = parts[0]
    if text.startswith("«error: "):
        raise Thrown(text[len("«error: ") : -1])
    return scope.unknown(text, parts[1] if len(parts) > 1 else None)


def _updated(left: Value, right: Value) -> Value:
    return update(as_set(left), as_set(right))


_WORDS: dict[str, Callable[[list[Json], Scope], Value]] = {
    "list": _list,
    "ref": _ref,
    "str": _string,
    "if": _if,
    "&&": _and,
    "||": _or,
    "!": _not,
    "==": _both(equal),
    "!=": _both(lambda x, y: not equal(x, y)),
    "<": _both(less_than),
    ">": _both(lambda x, y: less_than(y, x)),
    "<=": _both(lambda x, y: not less_than(y, x)),
    ">=": _both(lambda x, y: not less_than(x, y)),
    "+": _both(add),
    "++": _concatenated,
    "//": _both(_updated),
    "call": _call,
    "fun": lambda parts, scope: _function(parts[0], scope),
    "fn": _lambda,
    "mkIf": _guarded,
    "mkOverride": _property("override", "priority", "content"),
    "mkOrder": _property("order", "priority", "content"),
    "mkMerge": _property("merge", None, "contents"),
    "open": _open,
    "?": _unknown,
}
