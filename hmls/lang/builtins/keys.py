"""Sets of values under Nix's order, as genericClosure compares its keys.

Source: nix src/libexpr/primops.cc, CompareValues.
"""

from __future__ import annotations

from hmls.lang.compare import less_than
from hmls.lang.values import Path, Value


class KeySet:
    """Values of which any two must be comparable."""

    __slots__ = ("_first", "_hashed", "_others")

    def __init__(self) -> None:
        self._first: list[Value] = []
        self._hashed: set[object] = set()
        self._others: list[Value] = []

    def add(self, key: Value) -> bool:
        """Whether the value is new. Raises NixError if it cannot be compared to the others."""
        if self._first:
            less_than(key, self._first[0])
        else:
            self._first.append(key)
        if isinstance(key, str | Path) or key.__class__ is int or key.__class__ is float:
            size = len(self._hashed)
            self._hashed.add(key)
            return len(self._hashed) > size
        for other in self._others:
            if not less_than(key, other) and not less_than(other, key):
                return False
        self._others.append(key)
        return True
