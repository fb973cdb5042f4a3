"""Packages that nixpkgs does not have, and unfree ones that nobody allowed.

Only where the nixpkgs that the lock names was read. An overlay may add any package, so that a
name counts as a mistake only if it is very like one that exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

from hmls.catalog.packages import Packages
from hmls.homes.module_binding import allowed_package
from hmls.homes.package_names import is_builder, own_packages, packages_of
from hmls.homes.repository import Repository
from hmls.homes.unfree import is_configured_by, verdicts
from hmls.ide.diagnostics.registry import UNFREE_PACKAGE, UNKNOWN_PACKAGE, Diagnostic, Fix
from hmls.ide.types import TextEdit, WorkspaceEdit
from hmls.lang.builtins import top_level_names
from hmls.lang.values import Unknown, Value, quote_attribute
from hmls.modules.outside import KIND as UNREAD_MODULE
from hmls.syntax.attrpath import attrpath_parts, node_text, part_name
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node, Source, walk
from hmls.syntax.scopes import find_binder, root_path, withs_at

_PREDICATE = "allowUnfreePredicate"
_SHORTEST = 5
_FAR = 8
"""Characters from which on two of them may differ."""


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    if b"pkgs" not in repository.index[path].text:
        return []
    packages = packages_of(repository)
    source = repository.files.source(path)
    if packages is None or source is None or source.has_error:
        return []
    found: list[Diagnostic] = []
    own = own_packages(repository)
    for name, node in _named(source.root):
        known = packages.packages.get(name)
        if known is None and name not in own and _is_absent(packages, name):
            near = _near(packages, name)
            if near is None or _is_selected_from(node) or _is_bound_here(repository, name):
                continue
            message = f"{packages.label} has no package {name}; did you mean {near}?"
            edit = WorkspaceEdit((TextEdit(path, *_range(node), quote_attribute(near)),))
            fix = Fix(f"Change to {near}", edit, is_preferred=True)
            found.append(Diagnostic(path, *_range(node), UNKNOWN_PACKAGE, message, fixes=(fix,)))
    return found


def diagnose_unfree(repository: Repository, path: str) -> list[Diagnostic]:
    """Unfree packages of a file that no home and no system which loads it allows.

    Where that is not known of one of them it is enough that a file of the flake may allow it.
    """
    source = repository.files.source(path)
    packages = packages_of(repository) if b"pkgs" in repository.index[path].text else None
    if packages is None or source is None or source.has_error:
        return []
    own = own_packages(repository)
    found: list[Diagnostic] = []
    for name, node in _named(source.root):
        known = packages.packages.get(name)
        if known is None or not known.unfree or name in own:
            continue
        told = verdicts(repository, path, name, known)
        says = _says(repository)
        if all(_refuses(verdict, says) for verdict in told.values()) and (told or not says):
            message = f"{name} is unfree ({known.license}), and nothing here allows it"
            if says:
                message += f"\n(on {', '.join(told)})"
            fixes = _allowing(repository, path, source, known.pname)
            found.append(Diagnostic(path, *_range(node), UNFREE_PACKAGE, message, fixes=fixes))
    return found


def _allowing(repository: Repository, path: str, source: Source, name: str) -> tuple[Fix, ...]:
    """The setting that allows a package, beside it, where it is in force there.

    Of several predicates nixpkgs asks only the last: where another file has one, none is added.
    """
    if not name or not is_configured_by(repository, path):
        return ()
    others = (repository.index[each].text for each in repository.index.paths if each != path)
    if any(_PREDICATE.encode() in text for text in others):
        return ()
    edits = allowed_package(source, _PREDICATE, name)
    if not edits:
        return ()
    edit = WorkspaceEdit(tuple(TextEdit(path, each.start, each.end, each.text) for each in edits))
    return (Fix(f"Allow {name}: nixpkgs.config.{_PREDICATE}", edit, is_preferred=True),)


def _refuses(verdict: Value, says: bool) -> bool:
    """Modules of other people that were not read are taken to allow nothing, where nobody does."""
    if isinstance(verdict, Unknown):
        return not says and verdict.cause.kind == UNREAD_MODULE
    return verdict is False


def _named(root: Node) -> Iterator[tuple[str, Node]]:
    """The packages that a file names, without those that it takes only if they are there."""
    for node in walk(root):
        if node.kind_id == Kind.SELECT:
            base = node.child_by_field_id(Field.EXPRESSION)
            attrpath = node.child_by_field_id(Field.ATTRPATH)
            if base is None or attrpath is None or node.child_by_field_id(Field.DEFAULT):
                continue
            if node.parent is not None and node.parent.kind_id == Kind.FORMAL:
                continue  # `utils ? pkgs.utils`, of which the caller may well give another.
            parts = attrpath_parts(attrpath)
            if base.kind_id == Kind.VARIABLE and root_path(base) == ("pkgs",) and parts:
                yield part_name(parts[0]), parts[0]
        elif node.kind_id == Kind.VARIABLE:
            name = node_text(node)
            if find_binder(name, node) is None and name not in top_level_names():
                environments = list(withs_at(node))
                if len(environments) == 1 and root_path(environments[0]) == ("pkgs",):
                    yield name, node


def _range(node: Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _is_absent(packages: Packages, name: str) -> bool:
    return packages.is_whole and name not in packages.aliases and not is_builder(name)


def _is_selected_from(node: Node) -> bool:
    """Whether more follows, as in `pkgs.unstable.x`: overlays add whole sets of packages."""
    around = node.parent
    if around is None or around.kind_id == Kind.SELECT:
        return around is not None
    return around.kind_id == Kind.ATTRPATH and around.end_byte > node.end_byte


def _is_bound_here(repository: Repository, name: str) -> bool:
    """Whether any file gives something that name, as an overlay does."""
    bound = re.compile(rb"(?<![\w'-])" + re.escape(name.encode()) + rb"\s*=[^=]")
    return any(bound.search(repository.index[path].text) for path in repository.index.paths)


def _near(packages: Packages, name: str) -> str | None:
    """The package that is most likely meant."""
    if len(name) < _SHORTEST:
        return None
    limit = 1 if len(name) < _FAR else 2
    names = [known for known in packages.packages if "." not in known]
    found = process.extractOne(name, names, scorer=OSA.distance, score_cutoff=limit)
    return None if found is None else str(found[0])


def _says(repository: Repository) -> bool:
    """Whether any file of the flake says something of what is allowed."""
    found: bool | None = repository.remembered.get(_says)
    if found is None:
        texts = (repository.index[path].text for path in repository.index.paths)
        found = any(b"allowUnfree" in text for text in texts)
        repository.remembered[_says] = found
    return found
