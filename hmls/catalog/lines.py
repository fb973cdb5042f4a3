"""Many small pieces of JSON in one text, each decoded when somebody asks for it.

Tens of thousands of descriptions, types and packages are known of which one session looks at a
few: as text they take a fifth of the memory, and no time to load.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, overload

Json = Any


class Lines(Sequence[Json]):
    """Pieces of JSON. What was asked for once stays decoded where `keeps` says so."""

    __slots__ = ("_ends", "_kept", "_text")

    def __init__(self, text: bytes, start: int, lengths: Iterable[int], *, keeps: bool) -> None:
        self._text = text
        self._ends = array("L", accumulate(lengths, initial=start))
        self._kept: dict[int, Json] | None = {} if keeps else None

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, number: int) -> Json: ...

    @overload
    def __getitem__(self, number: slice) -> list[Json]: ...

    def __getitem__(self, number: int | slice) -> Json:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if self._kept is not None and number in self._kept:
            return self._kept[number]
        if not 0 <= number < len(self):
            raise IndexError(number)
        piece = self._text[self._ends[number] : self._ends[number + 1]]
        found = json.loads(piece.decode("utf-8", "surrogatepass"))
        if self._kept is not None:
            self._kept[number] = found
        return found


class Piece:
    """One of some lines, not decoded yet."""

    __slots__ = ("lines", "number")

    def __init__(self, lines: Lines, number: int) -> None:
        self.lines = lines
        self.number = number


def decoded(data: Json) -> Json:
    """The data, whether it is a piece of a text or not."""
    return data.lines[data.number] if data.__class__ is Piece else data


class Tree(Mapping[str, Json]):
    """A tree of options by name: groups are decoded when somebody looks into them.

    A name of the index has an option, a group as such an index, or the number of a group.
    """

    __slots__ = ("_groups", "_index")

    def __init__(self, index: dict[str, Json], groups: Lines) -> None:
        self._index = index
        self._groups = groups

    def __getitem__(self, name: str) -> Json:
        node = self._index[name]
        if isinstance(node, int):
            return self._groups[node]
        return Tree(node, self._groups) if isinstance(node, dict) else node

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)


def to_line(data: Json) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def split(options: Mapping[str, Json]) -> tuple[dict[str, Json], list[str]]:
    """The index of a tree of options, with the groups of its second level as lines."""
    groups: list[str] = []

    def index(tree: Mapping[str, Json], depth: int) -> dict[str, Json]:
        made: dict[str, Json] = {}
        for name, node in tree.items():
            if isinstance(node, list):
                made[name] = node
            elif depth:
                made[name] = index(node, depth - 1)
            else:
                made[name] = len(groups)
                groups.append(to_line(node))
        return made

    return index(options, 1), groups
