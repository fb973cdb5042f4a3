"""What a table says, in the order of Home Manager's modules and by path.

Nothing here belongs to an evaluation: it is made once for a table, as far as somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from hmls.catalog.lines import decoded
from hmls.catalog.table import Table

Json = Any
Path = tuple[str, ...]


class Entry(NamedTuple):
    """One option, or one definition. Of a moved option `content` is its number in the table."""

    path: Path
    file: int
    written: Json
    """The content, or a piece of text that says it."""
    is_moved: bool = False

    @property
    def content(self) -> Json:
        return decoded(self.written)


class Group:
    """Entries whose paths begin alike, in the order of the modules."""

    __slots__ = ("_below", "depth", "entries", "is_of_names")

    def __init__(self, entries: list[Entry], depth: int = 0) -> None:
        self.entries = entries
        self.depth = depth
        """How many names all paths have in common."""
        self.is_of_names = all(len(entry.path) > depth for entry in entries)
        """Whether no entry is of the common path itself."""
        self._below: dict[str, Group] | None = None

    @property
    def below(self) -> Mapping[str, Group]:
        """The entries by the next name of their paths, those of the common path left out."""
        if self._below is None:
            depth = self.depth
            found: dict[str, list[Entry]] = {}
            for entry in self.entries:
                if len(entry.path) > depth:
                    found.setdefault(entry.path[depth], []).append(entry)
            self._below = {name: Group(inner, depth + 1) for name, inner in found.items()}
        return self._below

    def without(self, files: frozenset[int]) -> Group:
        """The same without what some files say."""
        return Group([entry for entry in self.entries if entry.file not in files], self.depth)


class MovedGroups(NamedTuple):
    """What the modules of options declare and define that moved."""

    options: Group
    writes: Group


class Contents:
    """A table by path."""

    def __init__(self, table: Table) -> None:
        self.table = table
        options = list(_options(table.options, ()))
        order: dict[int, int] = {}
        for number in (
            *(written[2] for written in table.writes),
            *(entry.file for entry in options),
            *(moved[4] for moved in table.moved),
        ):
            order.setdefault(number, len(order))
        self._order = order
        self.options = self._group(options)
        self.writes = self._group(
            [Entry(tuple(path), file, content) for path, content, file, *_ in table.writes]
        )

    @cached_property
    def paths_of_files(self) -> Mapping[int, list[Path]]:
        """The paths of the options that each file declares, but for those below a key.

        Units are left out: they are made of all of a home, and nothing else is made of them.
        """
        found: dict[int, list[Path]] = {}
        for entry in self.options.entries:
            is_below_key = any(name[:1] in "<*" for name in entry.path)
            if not is_below_key and entry.path[:2] != ("systemd", "user"):
                found.setdefault(entry.file, []).append(entry.path)
        return found

    @cached_property
    def moved(self) -> MovedGroups:
        """What the modules of options say that moved, changed or went."""
        return self._moved(self.table.moved)

    @cached_property
    def moved_and_there(self) -> MovedGroups:
        """The same without options that went."""
        return self._moved([each if each[0] != "removed" else None for each in self.table.moved])

    def _moved(self, moved: list[Json]) -> MovedGroups:
        # Each is a module of its own, and the last one's definitions stand first.
        numbered = [(n, each) for n, each in enumerate(moved) if each is not None][::-1]
        return MovedGroups(
            self._group(
                [
                    Entry(tuple(source), written[4], number, is_moved=True)
                    for number, written in numbered
                    for source in written[1]
                ]
            ),
            self._group(
                [
                    Entry(path, written[4], number, is_moved=True)
                    for number, written in numbered
                    for path in _written_by(written)
                ]
            ),
        )

    def _group(self, entries: list[Entry]) -> Group:
        order = self._order
        return Group(sorted(entries, key=lambda entry: order[entry.file]))

    @cached_property
    def read_only(self) -> frozenset[Path]:
        """Options that may be defined only once, whatever the conditions say."""
        return frozenset(
            entry.path for entry in self.options.entries if entry.content[1].get("readOnly") is True
        )

    @cached_property
    def flags(self) -> Mapping[Path, Json]:
        """The defaults of options that are on or off: a truth value, or what it hangs on.

        They are the values where nobody but the table touches the options.
        """
        return {
            entry.path: entry.content[1]["default"]
            for entry in self._unchanged
            if self.table.types[entry.content[0]] == "bool"
        }

    @cached_property
    def nulls(self) -> frozenset[Path]:
        """Options that are null where nobody but the table touches them."""
        return frozenset(
            entry.path for entry in self._unchanged if entry.content[1]["default"] is None
        )

    @cached_property
    def _unchanged(self) -> list[Entry]:
        """Options whose default is their value as far as the table tells."""
        changed = {entry.path for entry in self.writes.entries}
        changed |= {entry.path for entry in self.moved.writes.entries}
        changed |= {entry.path for entry in self.moved.options.entries}
        return [
            entry
            for entry in self.options.entries
            if "default" in entry.content[1]
            and "apply" not in entry.content[1]
            and changed.isdisjoint(entry.path[:length] for length in range(1, len(entry.path) + 1))
        ]

    def files_of(self, names: frozenset[str]) -> frozenset[int]:
        """The numbers of files by name."""
        return frozenset(n for n, name in enumerate(self.table.files) if name in names)


def _options(tree: Mapping[str, Json], path: Path) -> Iterator[Entry]:
    for name, node in tree.items():
        here = (*path, name)
        if isinstance(node, list):
            places = node[1].get("declared") or [[0, 0]]
            yield Entry(here, places[0][0], node)
        else:
            yield from _options(node, here)


def _written_by(moved: Json) -> list[Path]:
    """What the module of a moved option defines (see `hmls.modules.rename`)."""
    kind, _, target, *_ = moved
    if kind == "removed":
        return [("assertions",)]
    return [("warnings",), tuple(target)]


def contents_of(table: Table) -> Contents:
    """The contents of a table, made once."""
    found: Contents | None = table.remembered.get(Contents)
    if found is None:
        found = table.remembered[Contents] = Contents(table)
    return found
