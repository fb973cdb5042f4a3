"""Forcing thunks, calling functions, and demanding a type.

Everything here runs on the one thread that evaluates (see `interp.run`). A demand on an
unknown value raises `Unknowable`; the nearest thunk turns it into its own unknown value,
so that one unknown list item or attribute does not hide its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from hmls.lang.called import Called
from hmls.lang.errors import AttemptFailed, InfiniteRecursion, NixError, Unknowable
from hmls.lang.values import (
    Attrs,
    ContextString,
    Lambda,
    Lazy,
    OpenAttrs,
    OpenList,
    Primop,
    Site,
    Splice,
    Thunk,
    Unknown,
    Value,
    VersionedAttrs,
    quote_attribute,
    type_phrase,
)

MISSING: Any = object()


def force(lazy: Lazy) -> Value:
    """The value of a lazy value. A thunk is computed once, unless the evaluation is interrupted."""
    if lazy.__class__ is not Thunk:
        return lazy
    code = lazy.code
    if code is None:
        return lazy.value
    env = lazy.env
    lazy.code = _blackhole
    try:
        value = code(env)
    except Unknowable as stop:
        value = stop.unknown.at(lazy.value)
    except NixError as error:
        if code is not _blackhole:
            lazy.code = _failed(error)
            lazy.env = None
        raise
    except BaseException:
        # Interrupted, or out of stack: the next question starts this one again.
        lazy.code = code
        raise
    lazy.code = lazy.env = None
    lazy.value = value
    return value


def delayed(compute: Callable[[], Value], site: Site | None = None) -> Thunk:
    """A thunk whose value a Python function gives."""
    return Thunk(_run, compute, site)


def _run(compute: Callable[[], Value]) -> Value:
    return compute()


def attempt(lazy: Lazy) -> Value:
    """The value of what may never be needed, or MISSING where it cannot be had now.

    It may need a value that is being computed. That is no infinite recursion, for nobody
    needs this one yet, and must not be remembered as one.
    """
    found = outcome(lazy)
    return MISSING if isinstance(found, NixError) else found


def outcome(lazy: Lazy) -> Value | NixError:
    """The same, or the error."""
    global _attempts
    _attempts += 1
    try:
        return force(lazy)
    except NixError as error:
        return error
    except AttemptFailed:
        return MISSING
    finally:
        _attempts -= 1


_attempts = 0


def _blackhole(_env: Any) -> NoReturn:
    if _attempts:
        raise AttemptFailed
    raise InfiniteRecursion


def _failed(error: NixError) -> Callable[[Any], NoReturn]:
    kind, message, site, trace = type(error), error.message, error.site, list(error.trace)

    def again(_env: Any) -> NoReturn:
        copy = kind.__new__(kind)
        NixError.__init__(copy, message, site)
        copy.trace = list(trace)
        raise copy

    return again


def call(function: Value, argument: Lazy) -> Value:
    """Apply a forced function to an argument."""
    if function.__class__ is Lambda:
        return function.enter(function.env, argument)
    if function.__class__ is Primop:
        done = function.done
        missing = function.arity - len(done)
        if missing > 1:
            return Primop(function.name, function.arity, function.function, (*done, argument), None)
        # Spelled out, for a call with `*done` would use the C stack.
        python = function.function
        match function.arity:
            case 1:
                return python(argument)
            case 2:
                return python(done[0], argument)
            case 3:
                return python(done[0], done[1], argument)
            case 4:
                return python(done[0], done[1], done[2], argument)
            case _:
                return python(*done, argument)
    if isinstance(function, Attrs):
        functor = function.get("__functor", MISSING)
        if functor is not MISSING:
            return call(call(force(functor), function), argument)
        if isinstance(function, OpenAttrs) and "__functor" not in function.absent:
            raise _called(function.rest, argument)
    if isinstance(function, Unknown):
        raise _called(function, argument)
    from hmls.lang.show import show_in_error

    raise NixError(
        "attempt to call something which is not a function but "
        f"{type_phrase(function)}: {show_in_error(function)}"
    )


def _called(function: Unknown, argument: Lazy) -> Unknowable:
    return Unknowable(function if function.symbolic else Called(function, argument))


def call2(function: Value, first: Lazy, second: Lazy) -> Value:
    return call(call(function, first), second)


def is_function(value: Value) -> bool:
    """Whether `lib.isFunction` holds: a function, or a set with `__functor`."""
    if value.__class__ is Lambda or value.__class__ is Primop:
        return True
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return isinstance(value, Attrs) and has(value, "__functor")


def get(attrs: Attrs, name: str) -> Value:
    """The forced attribute of a set, or MISSING."""
    lazy = attrs.get(name, MISSING)
    if lazy.__class__ is Thunk:
        value = attrs[name] = force(lazy)
        return value
    if lazy is MISSING and isinstance(attrs, OpenAttrs):
        return force(_beyond(attrs, name))
    return lazy


def get_lazy(attrs: Attrs, name: str) -> Lazy:
    """The attribute of a set as it is, or MISSING."""
    lazy = attrs.get(name, MISSING)
    if lazy is MISSING and isinstance(attrs, OpenAttrs):
        return _beyond(attrs, name)
    return lazy


def _beyond(attrs: OpenAttrs, name: str) -> Lazy:
    """What an open set has under a name that is not among its known ones, or MISSING."""
    if name in attrs.absent:
        return MISSING
    if attrs.__class__ is VersionedAttrs and attrs.source is not None:
        return get_lazy(expect_attrs(attrs.source), name)
    return attrs.rest.select(name)


def has(attrs: Attrs, name: str) -> bool:
    """Whether a set has an attribute. Raises Unknowable where that is not known."""
    if name in attrs:
        return True
    if isinstance(attrs, OpenAttrs) and name not in attrs.absent:
        if attrs.__class__ is VersionedAttrs and attrs.source is not None:
            return has(expect_attrs(attrs.source), name)
        raise Unknowable(attrs.rest.select(name))
    return False


def select(attrs: Attrs, name: str) -> Value:
    """The forced attribute, or Nix's error for a missing one."""
    value = get(attrs, name)
    if value is MISSING:
        raise NixError(f"attribute '{quote_attribute(name)}' missing")
    return value


def names(attrs: Attrs) -> list[str]:
    """The attributes' names in Nix's order. Raises Unknowable where others may exist."""
    if isinstance(attrs, OpenAttrs):
        raise Unknowable(attrs.rest)
    return sorted_names(attrs)


def sorted_names(attrs: Attrs) -> list[str]:
    """The known names in Nix's order: by bytes."""
    found = list(attrs)
    try:
        "".join(found).encode("ascii")
    except UnicodeEncodeError:
        return sorted(found, key=_bytes)
    return sorted(found)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def type_of_set(value: Value) -> str | None:
    """The `_type` of a set, or None. Raises Unknowable where it cannot be known."""
    if not isinstance(value, Attrs) or (value.__class__ is Attrs and "_type" not in value):
        return None
    kind = get(value, "_type")
    if isinstance(kind, Unknown):
        raise Unknowable(kind)
    return kind if isinstance(kind, str) else None


def is_derivation(value: Value) -> bool:
    if not isinstance(value, Attrs):
        return False
    kind = get(value, "type")
    if isinstance(kind, Unknown):
        raise Unknowable(kind)
    return isinstance(kind, str) and kind == "derivation"


def expect_attrs(lazy: Lazy) -> Attrs:
    value = force(lazy)
    if value.__class__ is Attrs or isinstance(value, Attrs):
        return value
    return _wrong("a set", value)


def expect_list(lazy: Lazy) -> list[Lazy]:
    """The items. Raises Unknowable for a list of which some are unknown."""
    value = force(lazy)
    if value.__class__ is list:
        return value
    if value.__class__ is OpenList:
        raise Unknowable(first_splice(value))
    return _wrong("a list", value)


def expect_open_list(lazy: Lazy) -> list[Any]:
    """The items, with a `Splice` in the place of unknown ones."""
    value = force(lazy)
    if value.__class__ is list:
        return value
    if value.__class__ is OpenList:
        return value.items
    return _wrong("a list", value)


def make_list(items: list[Any]) -> Value:
    """A list of items among which there may be splices."""
    for item in items:
        if item.__class__ is Splice:
            return OpenList(items)
    return items


def first_splice(value: OpenList) -> Unknown:
    return next(item.unknown for item in value.items if item.__class__ is Splice)


def expect_bool(lazy: Lazy) -> bool:
    value = force(lazy)
    if value is True or value is False:
        return value
    return _wrong("a Boolean", value)


def expect_int(lazy: Lazy) -> int:
    value = force(lazy)
    if value.__class__ is int:
        return value
    return _wrong("an integer", value)


def expect_string(lazy: Lazy) -> str:
    """A string value itself; nothing is coerced."""
    value = force(lazy)
    if isinstance(value, str):
        return value
    return _wrong("a string", value)


def expect_plain_string(lazy: Lazy) -> str:
    """A string that refers to no store path. Source: EvalState::forceStringNoCtx."""
    text = expect_string(lazy)
    if isinstance(text, ContextString) and text.context:
        element = min(text.context)
        raise NixError(
            f"the string '{text}' is not allowed to refer to a store path (such as '{element}')"
        )
    return str(text)


def expect_function(lazy: Lazy) -> Value:
    value = force(lazy)
    if value.__class__ is Lambda or value.__class__ is Primop:
        return value
    if isinstance(value, Attrs) and has(value, "__functor"):
        return value
    return _wrong("a function", value)


def _wrong(expected: str, value: Value) -> NoReturn:
    if isinstance(value, Unknown):
        raise Unknowable(value)
    from hmls.lang.show import show_in_error

    raise NixError(f"expected {expected} but found {type_phrase(value)}: {show_in_error(value)}")


wrong_type = _wrong
