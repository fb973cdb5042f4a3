"""Options that have another name now, where the very sources of Home Manager or NixOS were read."""

from __future__ import annotations

from hmls.catalog.lookup import MovedOption, moved_at
from hmls.catalog.table import Table
from hmls.homes.known_systems import table_of_releases
from hmls.homes.repository import Repository
from hmls.ide.diagnostics.registry import RENAMED_OPTION, Diagnostic, Fix
from hmls.ide.types import TextEdit, WorkspaceEdit
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import attrpath_names
from hmls.syntax.kinds import Kind
from hmls.syntax.outline import Defined
from hmls.syntax.parse import Node, Source, named_at

_KINDS = ("renamed", "changed")
Path = tuple[str, ...]


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    table = table_of_releases(repository, path)
    if table is None:
        return []
    source = repository.files.source(path)
    if source is None or source.has_error:
        return []
    found: list[Diagnostic] = []
    for defined in repository.index[path].defined:
        known = None if defined.declares else _moved(table, defined.path)
        if known is None:
            continue
        old, moved = known
        written = _written(source, defined)
        # What is inside of a set by the old name is not told of again.
        if moved.target is None or len(defined.path) - len(written) >= len(old):
            continue
        message = f"{_dotted(old)} is called {_dotted(moved.target)} now"
        if moved.kind == "changed":
            message = f"{_dotted(old)} is no more; {_dotted(moved.target)} is made of it"
        outer = defined.path[: len(defined.path) - len(written)]
        fixes = _fixes(path, defined, outer, old, moved) if moved.kind == "renamed" else ()
        place = (path, defined.start, defined.end)
        found.append(Diagnostic(*place, RENAMED_OPTION, message, fixes=fixes))
    return found


def _moved(table: Table, path: Path) -> tuple[Path, MovedOption] | None:
    """The part of a path that is an old name, and what became of it."""
    for end in range(len(path), 0, -1):
        moved = moved_at(table, path[:end])
        if moved is not None and moved.kind in _KINDS and moved.target is not None:
            return path[:end], moved
    return None


def _written(source: Source, defined: Defined) -> Path:
    """The names in the path of a binding itself, without those of the sets around it."""
    node: Node | None = named_at(source, defined.start, defined.end)
    if node is not None and node.kind_id != Kind.ATTRPATH:
        node = node.parent
    return () if node is None or node.kind_id != Kind.ATTRPATH else attrpath_names(node)


def _fixes(
    path: str, defined: Defined, outer: Path, old: Path, moved: MovedOption
) -> tuple[Fix, ...]:
    """The new name in place of the old one, if it can be written at this place."""
    assert moved.target is not None
    whole = moved.target + defined.path[len(old) :]
    if whole[: len(outer)] != outer or len(whole) <= len(outer):
        return ()
    text = _dotted(whole[len(outer) :])
    edit = WorkspaceEdit((TextEdit(path, defined.start, defined.end, text),))
    return (Fix(f"Change to {_dotted(whole)}", edit, is_preferred=True),)


def _dotted(path: Path) -> str:
    return ".".join(map(quote_attribute, path))
