"""A tree of options whose parts are made when somebody looks into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Json = Any


class Later(Mapping[str, Json]):
    """Nodes by name; `make` makes the one of a name, once."""

    __slots__ = ("_make", "_nodes")

    def __init__(self, names: Iterable[str], make: Callable[[str], Json]) -> None:
        self._nodes: dict[str, Json] = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> Json:
        node = self._nodes[name]
        if node is None:
            node = self._nodes[name] = self._make(name)
        return node

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)
