"""Sets of which symbols decide what is in them, taken apart by case."""

from __future__ import annotations

from hmls.catalog.symbols import Operation
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import force
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Thunk, Unknown, Value

MAX_BRANCHES = 16
FAILED = Cause("error", "its evaluation fails")


def branches(value: Value) -> list[tuple[tuple[Lazy, ...], Value]]:
    """The cases of a value: conditions that must all hold, and the value then."""
    found = _branches(value)
    return found if len(found) <= MAX_BRANCHES else [((), value)]


def _branches(value: Value) -> list[tuple[tuple[Lazy, ...], Value]]:
    if not isinstance(value, Operation):
        return [((), value)]
    match value.operator, value.operands:
        case "if", (condition, then, otherwise):
            negated = Operation("!", (condition,))
            return [
                *_under(condition, _branches(_forced(then))),
                *_under(negated, _branches(_forced(otherwise))),
            ]
        case "//", _ if isinstance(value.known, Attrs):
            return [((), value.known)]
        case "//", (left, right):
            return [
                ((*ours, *theirs), _joined(x, y))
                for ours, x in _branches(_forced(left))
                for theirs, y in _branches(_forced(right))
            ]
        case "call", _ if isinstance(value.known, Attrs):
            return [((), value.known)]
    return [((), value)]


def _forced(lazy: Lazy) -> Value:
    try:
        return force(lazy)
    except NixError as error:
        return Unknown(f"«error: {error.message}»", FAILED)
    except Unknowable as stop:
        return stop.unknown


def _under(
    condition: Lazy, found: list[tuple[tuple[Lazy, ...], Value]]
) -> list[tuple[tuple[Lazy, ...], Value]]:
    return [((condition, *others), value) for others, value in found]


def _joined(left: Value, right: Value) -> Value:
    """`left // right` of two cases."""
    if isinstance(left, Attrs) and isinstance(right, Attrs):
        items = {**left, **right}
        positions = {**left.positions, **right.positions}
        for side in (left, right):
            if isinstance(side, OpenAttrs):
                return OpenAttrs(items, side.rest, positions)
        return Attrs(items, positions)
    unknown = left if isinstance(left, Unknown) else right
    known = right if unknown is left else left
    assert isinstance(unknown, Unknown)
    if known is right and isinstance(right, Attrs):
        return OpenAttrs(right, unknown, right.positions)
    return unknown.derived()


def whole_options(lazy: Lazy) -> Value:
    """A set of options with those of all cases in it."""
    value = force(lazy)
    if isinstance(value, Operation):
        joined = Attrs()
        for _, case in branches(value):
            if isinstance(case, Attrs):
                joined = Attrs({**case, **joined}, {**case.positions, **joined.positions})
        value = joined
    if not isinstance(value, Attrs) or "_type" in value:
        return value
    items = {name: Thunk(whole_options, inner) for name, inner in value.items()}
    if isinstance(value, OpenAttrs):
        return OpenAttrs(items, value.rest, value.positions, value.absent)
    return Attrs(items, value.positions)
