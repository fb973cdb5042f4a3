"""What the libraries below `lib` share: set patterns, functions, and texts with unknown parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from hmls.lang import budget, coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import concat_strings
from hmls.lang.deep import as_met
from hmls.lang.errors import Aborted, AssertionFailed, NixError, Thrown, Unknowable
from hmls.lang.force import MISSING, expect_attrs, force, get, get_lazy, select, wrong_type
from hmls.lang.values import Attrs, Cause, Formals, Lazy, OpenAttrs, Primop, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

NOTHING = Formals({}, False)
"""The pattern `{ }`."""
NOT_NATIVE = Cause("not-native", "this part of nixpkgs' lib is not known here")

NEEDS_PACKAGES = Cause("packages", "package sets are not evaluated")


def function(python: Callable[[Lazy], Value], formals: Formals | None = None) -> Primop:
    """A Nix function without a name."""
    return Primop("", 1, python, (), formals)


def function2(python: Callable[[Lazy, Lazy], Value]) -> Primop:
    return Primop("", 2, python)


def pattern(*required: str, optional: Iterable[str] = (), more: bool = False) -> Formals:
    """The formals `{ required, optional ? …, ... }`."""
    arguments = dict.fromkeys(required, False)
    arguments.update(dict.fromkeys(optional, True))
    return Formals(arguments, more)


def arguments(name: str, formals: Formals, given: Lazy) -> Attrs:
    """The set given to a function with such a pattern. Raises as Nix does if it does not match."""
    value = force(given)
    if isinstance(value, Unknown) and value.kind in (None, "set"):
        return OpenAttrs((), value)
    attrs = expect_attrs(value)
    called = f"function '{name}' called"
    for formal, optional in formals.arguments.items():
        if not optional and get_lazy(attrs, formal) is MISSING:
            raise NixError(f"{called} without required argument '{formal}'")
    if not formals.open:
        for given_name in as_met(attrs):
            if given_name not in formals.arguments:
                raise NixError(f"{called} with unexpected argument '{given_name}'")
    return attrs


def option(attrs: Attrs, name: str, default: Lazy) -> Lazy:
    """An optional argument as it was given, or its default."""
    lazy = get_lazy(attrs, name)
    return default if lazy is MISSING else lazy


class Part(Protocol):
    """A module with the members of a set of functions."""

    register: Registry

    def constants(self, interp: Interp, /) -> dict[str, Lazy]:
        """The members that are no functions."""


def members(path: str, part_: Part, interp: Interp) -> Attrs:
    """The set below `lib` that a module holds."""
    return Attrs({**functions(path, part_.register, interp), **part_.constants(interp)})


def functions(path: str, register: Registry, interp: Interp) -> dict[str, Lazy]:
    """Registered functions, named by their full path."""
    return {
        name: Primop(f"{path}.{name}", primop.arity, primop.function, (), primop.formals)
        for name, primop in register.bind(interp).items()
    }


def builtin(interp: Interp, name: str) -> Value:
    return select(expect_attrs(interp.globals["builtins"]), name)


def library(interp: Interp, *path: str) -> Value:
    """A function of `lib`, by its full path, so that `library(i, "lists", "toposort")`."""
    value: Value = interp.lib
    for name in path:
        value = select(expect_attrs(value), name)
    return value


def assert_message(condition: bool, message: str) -> None:
    """`assert assertMsg condition message;`. Source: nixpkgs lib/asserts.nix."""
    if not condition:
        raise Thrown(message)


def assertion(condition: bool, source: str) -> None:
    """`assert condition;`, where `source` is the condition as Nix prints it."""
    if not condition:
        raise AssertionFailed(f"assertion '{source}' failed")


def aborted(message: str) -> Aborted:
    """The error of `abort message`."""
    return Aborted(f"evaluation aborted with the following error message: '{message}'")


def part(compute: Callable[[], Value]) -> Value:
    """A value that will be part of a text, or the unknown that it depends on."""
    try:
        return compute()
    except Unknowable as stop:
        return stop.unknown


def part_of(compute: Callable[[Any], Value], argument: Any) -> Value:
    """As `part`, of a function and its argument."""
    try:
        return compute(argument)
    except Unknowable as stop:
        return stop.unknown


def concat(*values: Value) -> Value:
    """The strings in one. With unknown ones among them it is a string of unknown parts."""
    return concat_strings(list(values))


def to_text(lazy: Lazy) -> Value:
    """`toString value`, or the unknown that it depends on."""
    return part(lambda: coerce.to_string(lazy))


def join(separator: str, values: list[Value]) -> Value:
    """As `concatStringsSep`, for values that are already there."""
    parts: list[Value] = []
    for value in values:
        if parts:
            parts.append(separator)
        parts.append(value)
    return concat_strings(parts)


def expect_text(lazy: Lazy) -> Value:
    """A string that may have unknown parts. Raises Unknowable for what may be no string."""
    value = force(lazy)
    if isinstance(value, str) or (isinstance(value, Unknown) and value.kind == "string"):
        return value
    return wrong_type("a string", value)


def map_known(value: Value, change: Callable[[str], str]) -> Value:
    """Change a string, or the known parts of one, character by character."""
    if isinstance(value, Unknown):
        parts = getattr(value, "parts", [value])
        return concat_strings([_changed(p, change) if isinstance(p, str) else p for p in parts])
    return _changed(value, change)


def _changed(string: str, change: Callable[[str], str]) -> str:
    return coerce.with_context(change(string), string)


def opaque(unknown: Unknown) -> Unknown:
    """The same unknown for a text that does not hold its known parts as they are."""
    return unknown.told_as(lambda: unknown.text)


def is_string(value: Value) -> bool:
    """Whether it is a string, known or not."""
    return isinstance(value, str) or (isinstance(value, Unknown) and value.kind == "string")


class Nested:
    """One level deeper in a recursion that Nix would do with function calls.

    `with NESTED:` counts as a call, so that an infinite value ends as it does in Nix.
    """

    __slots__ = ()

    def __enter__(self) -> None:
        counters = budget.counters
        counters[0] += 1
        counters[1] -= 1
        if counters[1] < 0 or counters[0] > budget.MAX_CALL_DEPTH:
            try:
                if counters[1] < 0:
                    budget.look_up()
                if counters[0] > budget.MAX_CALL_DEPTH:
                    raise budget.overflow()
            except BaseException:
                # Whatever stops it here, `__exit__` is not called, and the depth has to be right.
                counters[0] -= 1
                raise

    def __exit__(self, *_raised: object) -> None:
        budget.counters[0] -= 1


NESTED = Nested()


def equal_to(value: Value, expected: str) -> bool:
    """`value == "expected"`. Raises Unknowable."""
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return isinstance(value, str) and value == expected


def attribute_is(value: Value, name: str, expected: str) -> bool:
    """`value.name or null == "expected"`, false for what is no set. Raises Unknowable."""
    if isinstance(value, Unknown):
        if value.kind in (None, "set"):
            raise Unknowable(value)
        return False
    if not isinstance(value, Attrs):
        return False
    found = get(value, name)
    return found is not MISSING and equal_to(found, expected)
