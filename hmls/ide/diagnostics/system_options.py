"""Options that no module of a system declares, where every module of it is known.

The text says what is set: NixOS's own modules are known by what they declare, not by values.
"""

from __future__ import annotations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from hmls.catalog.lookup import MovedOption, covers, moved_at
from hmls.catalog.table import Table
from hmls.homes.known_systems import known_systems
from hmls.homes.membership import space_of
from hmls.homes.offered import offered_names, option_exists
from hmls.homes.repository import Repository
from hmls.ide.diagnostics.registry import FAILED_ASSERTION, UNDECLARED_OPTION, Diagnostic, Fix
from hmls.ide.types import TextEdit, WorkspaceEdit
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import DYNAMIC, attrpath_parts, part_name
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.outline import Defined, function_name
from hmls.syntax.parse import Node, Source, named_at

Path = tuple[str, ...]
_META = frozenset(
    ("_class", "_file", "_module", "disabledModules", "freeformType", "imports", "key")
)
_HOMES = ("home-manager", "users")
"""Below it are the options of homes, which are evaluated."""
_KEEPING = frozenset(
    ("mkAfter", "mkBefore", "mkDefault", "mkForce", "mkIf", "mkMerge", "mkOrder", "mkOverride")
)
"""Functions of which a definition is one whatever their other arguments are."""
_FAR = 3
"""Characters from which on a name is another one."""


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    if space_of(repository, path) == "home":
        return []
    source = repository.files.source(path)
    if source is None or source.has_error:
        return []
    systems = known_systems(repository, path)
    if not systems:
        return []
    found: dict[Path, Diagnostic] = {}
    for defined in repository.index[path].defined:
        names = _certain(defined)
        if defined.declares or not names or names[0] in _META or names[:2] == _HOMES:
            continue
        for tables in systems:
            gone = moved_at(tables[-1], names)
            if gone is not None and gone.kind == "removed" and names not in found:
                if _is_set(source, defined, _KEEPING - {"mkIf"}):
                    found[names] = _removed(path, defined, gone)
                continue
            absent = _absent(tables, names)
            if absent is not None and absent not in found and _is_set(source, defined, _KEEPING):
                found[absent] = _diagnostic(repository, path, source, defined, absent, tables)
    return list(found.values())


def _certain(defined: Defined) -> Path:
    """The names of a path up to the first that only a value tells."""
    names = defined.path
    return names[: names.index(DYNAMIC)] if DYNAMIC in names else names


def _absent(tables: tuple[Table, ...], names: Path) -> Path | None:
    """The shortest part of a path that no table has."""
    if any(covers(table, names) for table in tables):
        return None
    return next(
        names[:end]
        for end in range(1, len(names) + 1)
        if not any(covers(table, names[:end]) for table in tables)
    )


def _removed(path: str, defined: Defined, gone: MovedOption) -> Diagnostic:
    """As Nix says it. Source: nixpkgs lib/modules.nix, mkRemovedOptionModule."""
    dotted = ".".join(map(quote_attribute, defined.path))
    message = f"The option definition `{dotted}' no longer has any effect; please remove it."
    note = f"\n{gone.note}" if gone.note else ""
    return Diagnostic(path, defined.start, defined.end, FAILED_ASSERTION, message + note)


def _is_set(source: Source, defined: Defined, keeping: frozenset[str]) -> bool:
    """Whether a binding is a definition whatever the values around it are."""
    node: Node | None = named_at(source, defined.start, defined.end)
    while node is not None:
        around = node.parent
        if node.kind_id == Kind.IF:
            return False
        if node.kind_id == Kind.APPLY and not (around is not None and around.kind_id == Kind.APPLY):
            function: Node | None = node
            while function is not None and function.kind_id == Kind.APPLY:
                function = function.child_by_field_id(Field.FUNCTION)
            if function is None or function_name(function) not in keeping:
                return False
        node = around
    return True


def _diagnostic(
    repository: Repository,
    path: str,
    source: Source,
    defined: Defined,
    absent: Path,
    tables: tuple[Table, ...],
) -> Diagnostic:
    dotted = ".".join(map(quote_attribute, absent))
    message = f"The option `{dotted}' does not exist"
    start, end = defined.start, defined.end
    fixes: tuple[Fix, ...] = ()
    near = _near(tables, absent)
    home = repository.knowledge.home_table(repository.flake.lock)
    if option_exists(home, defined.path):
        message += ". It is one of Home Manager, and belongs into a home"
    elif near is not None:
        message += f". Did you mean `{'.'.join(map(quote_attribute, (*absent[:-1], near)))}'?"
        part = _part(source, defined, absent)
        if part is not None:
            start, end = part
            edit = WorkspaceEdit((TextEdit(path, start, end, quote_attribute(near)),))
            fixes = (Fix(f"Change to {near}", edit, is_preferred=True),)
    return Diagnostic(path, start, end, UNDECLARED_OPTION, message, fixes=fixes)


def _near(tables: tuple[Table, ...], absent: Path) -> str | None:
    """The name beside an absent one that is most likely meant."""
    names = list(offered_names(tables, absent[:-1]))
    limit = min(_FAR, max(1, len(absent[-1]) // 3))
    found = process.extractOne(absent[-1], names, scorer=OSA.distance, score_cutoff=limit)
    return None if found is None else str(found[0])


def _part(source: Source, defined: Defined, absent: Path) -> tuple[int, int] | None:
    """Where the last name of the absent path is written, if that is in the binding itself."""
    node: Node | None = named_at(source, defined.start, defined.end)
    if node is not None and node.kind_id != Kind.ATTRPATH:
        node = node.parent
    if node is None or node.kind_id != Kind.ATTRPATH:
        return None
    parts = attrpath_parts(node)
    at = len(absent) - 1 - (len(defined.path) - len(parts))
    if not 0 <= at < len(parts) or part_name(parts[at]) != absent[-1]:
        return None
    return parts[at].start_byte, parts[at].end_byte
