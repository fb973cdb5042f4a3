"""Completion: what may stand at the cursor."""

from __future__ import annotations

from hmls.homes.offered import go_without
from hmls.homes.repository import Repository
from hmls.homes.workspace import View
from hmls.ide.completion.flake_names import complete_flake_names
from hmls.ide.completion.formals import complete_formals
from hmls.ide.completion.imports import complete_imports
from hmls.ide.completion.item import Item
from hmls.ide.completion.local_sets import complete_local_sets, complete_siblings
from hmls.ide.completion.members import complete_members
from hmls.ide.completion.names import complete_names, complete_references
from hmls.ide.completion.options import complete_options
from hmls.ide.completion.packages import complete_packages
from hmls.ide.completion.paths import complete_paths
from hmls.ide.completion.set_arguments import complete_set_arguments
from hmls.ide.completion.values import complete_values
from hmls.ide.place import CompletionPlace, find_place
from hmls.lang.errors import GaveUp
from hmls.syntax.cursor import Variable
from hmls.syntax.parse import Source


def complete(view: View, path: str, offset: int) -> list[Item]:
    """The items for a position, best first; the editor filters by what was typed.

    Where the file's own modules take long to evaluate, those of the catalog alone. Raises GaveUp
    where something else takes long.
    """
    source = view.source(path)
    repository = view.repository(path)
    if source is None or repository is None:
        return []
    try:
        return _complete(repository, path, source, offset)
    except GaveUp:
        go_without(repository, path)
        return _complete(repository, path, source, offset)


def _complete(repository: Repository, path: str, source: Source, offset: int) -> list[Item]:
    items = complete_paths(repository, path, source.text, offset) or complete_references(
        repository, source, offset, source.text
    )
    if items:
        return items
    place = find_place(source, offset)
    if place is None:
        return []
    references = complete_references(repository, place.source, offset, source.text)
    if references:
        return references
    found = _at(repository, path, place)
    by_label: dict[str, Item] = {}
    for item in found:
        by_label.setdefault(item.label, _within_quotes(item) if place.in_quotes else item)
    return list(by_label.values())


def _at(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    packages = complete_packages(repository, path, place)
    if packages and not isinstance(place.context, Variable):
        return packages
    return (
        complete_names(repository, path, place)
        or complete_flake_names(repository, path, place)
        or complete_set_arguments(repository, path, place)
        or [
            *complete_options(repository, path, place),
            *complete_formals(repository, path, place),
            *complete_siblings(repository, path, place),
        ]
        or [
            *complete_imports(repository, path, place),
            *packages,
            *complete_values(repository, path, place),
            *complete_members(repository, path, place),
        ]
        or complete_local_sets(repository, path, place)
    )


def _within_quotes(item: Item) -> Item:
    """An item for a name in quotes: they stand there already."""
    text = item.text
    return item._replace(text=text[1:-1]) if text[:1] == text[-1:] == '"' else item


__all__ = ["Item", "complete"]
