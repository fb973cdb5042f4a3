"""Declarations and definitions of a table in one evaluation, made as somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from hmls.catalog.contents import Contents, Entry, Group, Path
from hmls.lang.values import Attrs, Lazy
from hmls.modules.bundle import DeclaredBundle, DefinedBundle
from hmls.modules.declarations import Declaration
from hmls.modules.definitions import Definition

Json = Any
CATALOG = "catalog"
"""The origin of definitions that a table says Home Manager makes."""


class Home(Protocol):
    """What gives the entries of a table their meaning in one evaluation."""

    contents: Contents
    origin: str
    """Of all that the table declares and defines."""

    def option(self, entry: Entry) -> Lazy:
        """The option that an entry declares."""

    def definitions(self, entry: Entry) -> list[Definition]:
        """What an entry defines at its path."""

    def place(self, file: int) -> str:
        """What Nix calls a file of the table."""

    def files_of(self, keys: frozenset[str]) -> frozenset[int]:
        """The files that modules of some keys are."""

    def is_false(self, condition: Json) -> bool:
        """Whether a condition is certainly false, as far as that can be seen at once."""


class Options(DeclaredBundle):
    """Options of a table."""

    __slots__ = ("group", "home")

    def __init__(self, home: Home, group: Group) -> None:
        self.home = home
        self.group = group

    def by_name(self) -> Iterable[tuple[str, list[Declaration]]]:
        home = self.home
        for name, inner in self.group.below.items():
            if inner.is_of_names:
                yield name, [Declaration("", None, Options(home, inner), home.origin)]
            else:
                yield name, Options(home, inner).apart()

    def apart(self) -> list[Declaration]:
        home, depth = self.home, self.group.depth
        return [
            Declaration(
                home.place(entry.file),
                None,
                _at(entry.path[depth:], home.option(entry)),
                home.origin,
            )
            for entry in self.group.entries
        ]

    def without(self, keys: frozenset[str]) -> Options:
        return Options(self.home, self.group.without(self.home.files_of(keys)))


class Writes(DefinedBundle):
    """Definitions of a table."""

    __slots__ = ("group", "home")

    def __init__(self, home: Home, group: Group) -> None:
        self.home = home
        self.group = group

    @property
    def is_of_names(self) -> bool:
        return self.group.is_of_names

    def by_name(self) -> Iterable[tuple[str, Definition]]:
        home = self.home
        for name, inner in self.group.below.items():
            yield name, Definition("", Writes(home, inner), origin=home.origin)

    def named(self, name: str) -> Definition | None:
        inner = self.group.below.get(name)
        if inner is None:
            return None
        return Definition("", Writes(self.home, inner), origin=self.home.origin)

    def apart(self) -> list[Definition]:
        return self._definitions(self.group.entries)

    def in_force(self) -> list[Definition]:
        home = self.home
        return self._definitions(
            [entry for entry in self.group.entries if not self._is_idle(entry, home)]
        )

    def without(self, keys: frozenset[str]) -> Writes:
        return Writes(self.home, self.group.without(self.home.files_of(keys)))

    def _is_idle(self, entry: Entry, home: Home) -> bool:
        path, content = entry.path, entry.content
        return (
            not entry.is_moved
            and content.__class__ is list
            and content[0] == "mkIf"
            and len(path) == self.group.depth
            and path not in home.contents.read_only
            and home.is_false(content[1])
        )

    def _definitions(self, entries: list[Entry]) -> list[Definition]:
        home, depth = self.home, self.group.depth
        found: list[Definition] = []
        for entry in entries:
            below = entry.path[depth:]
            for definition in home.definitions(entry):
                if below:
                    definition = definition._replace(value=_at(below, definition.value))
                found.append(definition)
        return found


def _at(path: Path, value: Lazy) -> Lazy:
    for name in reversed(path):
        value = Attrs({name: value})
    return value
