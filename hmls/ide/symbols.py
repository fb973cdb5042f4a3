"""Symbols of a file, and of the whole workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hmls.homes.people import hosts, users
from hmls.homes.workspace import View
from hmls.ide.types import Place
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import DYNAMIC
from hmls.syntax.outline import Defined, outline

SymbolKind = Literal["set", "setting", "option", "user", "host"]
_MOST_SYMBOLS = 300
_SHORTEST_LIKENESS = 4
"""Characters of the shortest query that means more than the names which hold it."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A binding of a file with those inside it."""

    name: str
    kind: SymbolKind
    start: int
    end: int
    name_start: int
    name_end: int
    children: list[Symbol] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WorkspaceSymbol:
    name: str
    kind: SymbolKind
    place: Place
    container: str


def document_symbols(view: View, path: str) -> list[Symbol]:
    """The bindings of a file as a tree, in the order of the text."""
    source = view.source(path)
    if source is None:
        return []
    top: list[Symbol] = []
    stack: list[tuple[tuple[str, ...], Symbol]] = []
    for defined in sorted(outline(source), key=lambda found: (found.start, -found.value_end)):
        while stack and not _is_inside(defined, stack[-1][1]):
            stack.pop()
        outer = stack[-1][0] if stack else ()
        name = _dotted(defined.path[len(outer) :] or defined.path)
        symbol = Symbol(
            name, _kind(defined), defined.start, defined.value_end, defined.start, defined.end
        )
        (stack[-1][1].children if stack else top).append(symbol)
        stack.append((defined.path, symbol))
    return top


def workspace_symbols(view: View, query: str) -> list[WorkspaceSymbol]:
    """Settings, options, users and hosts whose names are like a query, the best first."""
    found: list[WorkspaceSymbol] = []
    for repository in view.repositories.values():
        for user in users(repository).values():
            found.extend(
                WorkspaceSymbol(layer.name, "user", Place(layer.entry, 0, 0), "users")
                for layer in user.layers
                if layer.has_entry
            )
        for host in hosts(repository).values():
            if host.folder is not None:
                place = Place(f"{host.folder}/default.nix", 0, 0)
                found.append(WorkspaceSymbol(host.name, "host", place, "hosts"))
        for path in repository.index.paths:
            container = repository.files.relative(path)
            found.extend(
                WorkspaceSymbol(
                    _dotted(defined.path),
                    _kind(defined),
                    Place(path, defined.start, defined.end),
                    container,
                )
                for defined in repository.index[path].defined
                if defined.is_leaf
            )
    return _best(found, query)


def _best(symbols: list[WorkspaceSymbol], query: str) -> list[WorkspaceSymbol]:
    if not query:
        return symbols[:_MOST_SYMBOLS]
    from rapidfuzz import fuzz, process

    words = query.lower().split()
    names = [symbol.name.lower() for symbol in symbols]
    # What holds all words comes first; then what is like the query as a whole.
    exact = [i for i, name in enumerate(names) if all(word in name for word in words)]
    if len(exact) < _MOST_SYMBOLS and len(query) >= _SHORTEST_LIKENESS:
        similar = process.extract(
            query.lower(), names, scorer=fuzz.partial_ratio, limit=_MOST_SYMBOLS, score_cutoff=80
        )
        exact.extend(index for _, _, index in similar)
    return [symbols[index] for index in dict.fromkeys(exact)][:_MOST_SYMBOLS]


def _is_inside(defined: Defined, symbol: Symbol) -> bool:
    return symbol.name_end <= defined.start and defined.value_end <= symbol.end


def _kind(defined: Defined) -> SymbolKind:
    if defined.declares and defined.is_leaf:
        return "option"
    return "setting" if defined.is_leaf else "set"


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(name if name == DYNAMIC else quote_attribute(name) for name in path)
