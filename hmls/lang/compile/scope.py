"""Which variable a name means, found when code is compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hmls.lang.unit import Unit


class Scope:
    """The names that one function, `let` or recursive set binds, or the set of one `with`.

    At run time each scope is a list: the enclosing scope's list, then a lazy value a name.
    """

    __slots__ = ("is_with", "names", "parent", "unit")

    def __init__(
        self, unit: Unit, parent: Scope | None, names: Iterable[str], is_with: bool = False
    ) -> None:
        self.unit = unit
        self.parent = parent
        self.names = {name: index for index, name in enumerate(names, 1)}
        self.is_with = is_with

    def child(self, names: Iterable[str]) -> Scope:
        return Scope(self.unit, self, names)

    def with_child(self) -> Scope:
        return Scope(self.unit, self, (), is_with=True)

    def find(self, name: str) -> tuple[int, int] | None:
        """(how many scopes out, index there) of a lexically bound name."""
        depth, scope = 0, self
        while True:
            index = scope.names.get(name)
            if index is not None:
                return depth, index
            around = scope.parent
            if around is None:
                return None
            depth, scope = depth + 1, around

    def withs(self) -> list[int]:
        """How many scopes out each `with` is, the innermost first."""
        return [depth for depth, scope in enumerate(self._outwards()) if scope.is_with]

    def _outwards(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent
