"""Who imports a file, and what it is called with."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hmls.homes.repository import Repository
from hmls.ide.types import Place
from hmls.syntax.kinds import SETS, Field, Kind
from hmls.syntax.local import attribute_of, bound_names
from hmls.syntax.outline import function_name
from hmls.syntax.parse import Node, named_at


def importers(repository: Repository, path: str) -> list[Place]:
    """The path literals that lead to a file, or to the folder whose default.nix it is."""
    wanted = {path}
    if os.path.basename(path) == "default.nix":
        wanted.add(os.path.dirname(path))
    return [
        Place(file, literal.start, literal.end)
        for file, facts in repository.index.items()
        for literal in facts.paths
        if os.path.normpath(os.path.join(os.path.dirname(file), literal.text)) in wanted
    ]


def given_arguments(repository: Repository, path: str, name: str) -> list[Place]:
    """Where `import ./file.nix { name = …; }` gives an argument of the file's function."""
    return list(_given(repository, path, name))


def _given(repository: Repository, path: str, name: str) -> Iterator[Place]:
    for place in importers(repository, path):
        source = repository.files.source(place.path)
        if source is None:
            continue
        node: Node | None = named_at(source, place.start, place.end)
        call = _import_call(node)
        argument = None if call is None else call.child_by_field_id(Field.ARGUMENT)
        found = None if argument is None else attribute_of(argument, (name,))
        if found is not None:
            yield Place(place.path, found.start_byte, found.end_byte)


def _import_call(node: Node | None) -> Node | None:
    """The call of the function that `import ‹path›` gives."""
    while node is not None and node.kind_id != Kind.APPLY:
        if node.kind_id not in (Kind.PATH, Kind.PARENTHESIZED) and node.type != "path_fragment":
            return None
        node = node.parent
    if node is None:
        return None
    function = node.child_by_field_id(Field.FUNCTION)
    if function is None or function_name(function) not in ("import", "callPackage"):
        return None
    outer = node.parent
    if outer is not None and outer.kind_id == Kind.APPLY:
        return outer if outer.child_by_field_id(Field.FUNCTION) == node else None
    return None


def given_names(repository: Repository, path: str) -> list[str]:
    """The names in all the sets that `import ./file.nix { … }` calls the file's function with."""
    found: dict[str, None] = {}
    for place in importers(repository, path):
        source = repository.files.source(place.path)
        call = None if source is None else _import_call(named_at(source, place.start, place.end))
        argument = None if call is None else call.child_by_field_id(Field.ARGUMENT)
        if argument is not None and argument.kind_id in SETS:
            found.update(dict.fromkeys(bound_names(argument)))
    return list(found)
