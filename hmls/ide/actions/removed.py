"""Taking out the definition of an option that Home Manager or NixOS removed."""

from __future__ import annotations

from hmls.catalog.lookup import moved_at
from hmls.homes.known_systems import table_of_releases
from hmls.homes.workspace import View
from hmls.ide.actions.action import Action
from hmls.ide.types import TextEdit, WorkspaceEdit
from hmls.lang.values import quote_attribute
from hmls.syntax.removal import whole_binding


def remove_definition(view: View, path: str, start: int, end: int) -> list[Action]:
    """For a range within a binding whose option is no more, where the sources were read."""
    repository, source = view.repository(path), view.source(path)
    if repository is None or source is None or source.has_error:
        return []
    table = table_of_releases(repository, path)
    if table is None:
        return []
    for defined in repository.index[path].defined:
        if defined.declares or not (defined.start <= end and start <= defined.value_end):
            continue
        moved = moved_at(table, defined.path)
        if moved is None or moved.kind != "removed":
            continue
        name = ".".join(map(quote_attribute, defined.path))
        taken = whole_binding(source.text, defined.start, defined.value_end)
        edit = WorkspaceEdit((TextEdit(path, *taken, ""),))
        return [Action(f"Remove {name}", "quickfix", edit=edit)]
    return []
