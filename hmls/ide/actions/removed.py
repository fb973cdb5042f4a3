"""Taking out the definition of an option that Home Manager removed."""

from __future__ import annotations

from hmls.catalog.lookup import moved_at
from hmls.homes.membership import space_of
from hmls.homes.workspace import View
from hmls.ide.actions.action import Action
from hmls.ide.types import TextEdit, WorkspaceEdit
from hmls.lang.values import quote_attribute
from hmls.syntax.outline import Defined

_BLANKS = b" \t"


def remove_definition(view: View, path: str, start: int, end: int) -> list[Action]:
    """For a range within a binding whose option is no more, where Home Manager was read."""
    repository, source = view.repository(path), view.source(path)
    if repository is None or source is None or source.has_error:
        return []
    table = repository.knowledge.home_table(repository.flake.lock)
    if not table.exact or space_of(repository, path) != "home":
        return []
    for defined in repository.index[path].defined:
        if defined.declares or not (defined.start <= end and start <= defined.value_end):
            continue
        moved = moved_at(table, defined.path)
        if moved is None or moved.kind != "removed":
            continue
        name = ".".join(map(quote_attribute, defined.path))
        edit = WorkspaceEdit((TextEdit(path, *_whole(source.text, defined), ""),))
        return [Action(f"Remove {name}", "quickfix", edit=edit)]
    return []


def _whole(text: bytes, defined: Defined) -> tuple[int, int]:
    """A binding with its semicolon, and with its lines where nothing else is on them."""
    start, end = defined.start, text.find(b";", defined.value_end) + 1
    if end == 0:
        return start, defined.value_end
    before, after = start, end
    while before > 0 and text[before - 1] in _BLANKS:
        before -= 1
    while after < len(text) and text[after] in _BLANKS:
        after += 1
    if text[before - 1 : before] == b"\n" and text[after : after + 1] == b"\n":
        return before, after + 1
    return start, after
