"""Whether something unknown is there at all: the conditions around it, as far as they can be had.

Nix looks at the condition of an mkIf only for the options that its content defines. Of a
content that is unknown that may be any option, also one that the condition asks for; so
the condition is only tried. A try that would need an option which is being computed says
that the content does not define that option, for otherwise Nix would find an infinite
recursion.
"""

from __future__ import annotations

from collections.abc import Sequence

from hmls.lang.errors import AttemptFailed, NixError
from hmls.lang.force import attempt
from hmls.lang.values import Attrs, Thunk, Unknown, Value
from hmls.modules.definitions import condition_of

_tries: list[bool] = []
"""The tries under way, innermost last; true where one inside of it had to be broken off."""
_BROKEN_OFF: Value = object()


def may_be_there(outer: Sequence[Attrs]) -> bool:
    """Whether what stands inside of these mkIf and mkOverride may define the option at hand."""
    return all(around["_type"] != "if" or _may_hold(around) for around in outer)


def may_hold_any(outer: Sequence[Attrs]) -> bool:
    """The same of all options of a set of them.

    Where a condition asks for one of these, it may still hold for the others.
    """
    for around in outer:
        if around["_type"] == "if":
            found, _ = _try(around)
            if found is False:
                return False
    return True


def _try(guard: Attrs) -> tuple[Value, bool]:
    """(the condition or why there is none, whether a try inside of it was broken off)."""
    _tries.append(False)
    try:
        found = attempt(Thunk(_tried, guard))
    finally:
        inside = _tries.pop()
    return found, inside


def _may_hold(guard: Attrs) -> bool:
    found, inside = _try(guard)
    if found is not _BROKEN_OFF:
        return found is not False
    if _tries:
        # What is being computed may be so only for the try around this one.
        _tries[-1] = True
        raise AttemptFailed
    return inside


def _tried(guard: Attrs) -> Value:
    try:
        condition = condition_of(guard)
    except AttemptFailed:
        return _BROKEN_OFF
    except NixError:
        return True
    return True if isinstance(condition, Unknown) else condition
