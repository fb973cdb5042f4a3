"""What an unknown function would make: unknown too, and an error where an argument is one.

Nix looks at the arguments of `pkgs.writeText` and its like when the path of the result is
needed, so a text that holds the path cannot be had where an argument fails. An unknown value
knows the arguments it was computed from; whether it can be had is asked here.
"""

from __future__ import annotations

from hmls.lang.called import Called
from hmls.lang.errors import NixError
from hmls.lang.force import MISSING, outcome
from hmls.lang.values import (
    Attrs,
    Cause,
    Lazy,
    OpenList,
    Splice,
    Thunk,
    Unknown,
    UnknownChoice,
    UnknownString,
    Value,
)

KIND = "may-fail"
"""Of causes: Nix may fail on it, where it would need to know no more than that it is there."""
_MOST = 1_000
"""Values that are looked at, so that nobody waits for all of a configuration."""
_MOST_NAMES = 60
_DEPTH = 20


def or_failing(value: Value) -> Value:
    """The value, or why it may be an error: an argument of a function that is unknown is one."""
    if not isinstance(value, Unknown):
        return value
    cause = value.cause
    if cause.kind != KIND:
        error = None if value.basis is None else _error_behind(value)
        if error is None:
            return value
        cause = Cause(KIND, f"what it is made of fails: {error.message}", error.message)
    return Unknown(lambda: value.text, cause, value.site)


def _error_behind(unknown: Unknown) -> NixError | None:
    search = _Search()
    error = search.of_unknown(unknown, 0)
    if error is None and not search.gaps:
        for called in search.calls:
            called.is_sound = True
    return error


class _Search:
    """For an error among what an unknown value was computed from."""

    def __init__(self) -> None:
        self.left = _MOST
        self.gaps = False
        """Whether there is more than what was looked at."""
        self.calls: list[Called] = []
        self.seen: dict[int, object] = {}
        """By identity: what is held here lives on, and nothing else can have its number."""

    def of_unknown(self, unknown: Unknown, depth: int) -> NixError | None:
        if unknown.cause.kind == KIND:
            return NixError(unknown.cause.subject)
        basis = unknown.basis
        if basis is None or id(basis) in self.seen:
            return None
        if depth > _DEPTH:
            self.gaps = True
            return None
        self.seen[id(basis)] = basis
        if isinstance(basis, UnknownChoice):
            return self.of_unknown(basis.condition, depth + 1)
        if isinstance(basis, UnknownString):
            return self._of_all([part for part in basis.parts if isinstance(part, Unknown)], depth)
        if not isinstance(basis, Called) or basis.is_sound:
            return None
        self.calls.append(basis)
        before = self.of_unknown(basis.function, depth + 1)
        return before or self._of_all(basis.arguments, depth)

    def _of_all(self, items: list[Lazy] | tuple[Lazy, ...], depth: int) -> NixError | None:
        return next((error for item in items if (error := self._of(item, depth + 1))), None)

    def _of(self, lazy: Lazy, depth: int) -> NixError | None:
        self.left -= 1
        if self.left < 0 or depth > _DEPTH:
            self.gaps = True
            return None
        if lazy.__class__ is Thunk:
            if id(lazy) in self.seen:
                return None
            self.seen[id(lazy)] = lazy
        value = outcome(lazy)
        self.gaps = self.gaps or value is MISSING
        if isinstance(value, NixError):
            return value
        if isinstance(value, Unknown):
            return self.of_unknown(value, depth)
        if isinstance(value, list):
            return self._of_all(value, depth)
        if isinstance(value, OpenList):
            items = [i.unknown if i.__class__ is Splice else i for i in value.items]
            return self._of_all(items, depth)
        if isinstance(value, Attrs) and not _is_read_in_part(value):
            return self._of_all(list(value.values()), depth)
        return None


def _is_read_in_part(value: Attrs) -> bool:
    """Whether a set is `config`, a package set or the like, which is given as a whole."""
    return len(value) > _MOST_NAMES or "_module" in value or "_type" in value
