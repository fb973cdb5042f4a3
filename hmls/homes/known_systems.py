"""The systems of which every module is known: by evaluation, or from the table of its kind."""

from __future__ import annotations

from collections.abc import Iterator

from hmls.catalog.table import Table
from hmls.homes.builders.nixos import CLASSES, MODULES
from hmls.homes.knowledge import SystemKind, is_of_the_system
from hmls.homes.membership import files_of, space_of
from hmls.homes.offered import declared_by
from hmls.homes.repository import Repository
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.lang.force import MISSING, force, get
from hmls.modules.evaluation import Evaluation

_KINDS: tuple[SystemKind, ...] = ("nixos", "darwin")


def known_systems(repository: Repository, path: str) -> list[tuple[Table, ...]]:
    """The tables of the options of each such system that a file is a module of."""
    return [tables for files, tables in _systems(repository) if path in files]


def table_of_releases(repository: Repository, path: str) -> Table | None:
    """What is known, from the very sources, of options that went, where a file may set them."""
    if space_of(repository, path) != "home":
        return next((tables[-1] for tables in known_systems(repository, path)), None)
    table = repository.knowledge.home_table(repository.flake.lock)
    return table if table.exact else None


def _systems(repository: Repository) -> list[tuple[frozenset[str], tuple[Table, ...]]]:
    found: list[tuple[frozenset[str], tuple[Table, ...]]] | None
    found = repository.remembered.get(known_systems)
    if found is None:
        found = repository.remembered[known_systems] = list(_found(repository))
    return found


def _found(repository: Repository) -> Iterator[tuple[frozenset[str], tuple[Table, ...]]]:
    if all(_table(repository, kind) is None for kind in _KINDS):
        return
    for host in repository.targets.hosts:
        try:
            evaluation = repository.system(host)
            tables = None if evaluation is None else _tables(repository, evaluation)
            if evaluation is not None and tables is not None:
                yield files_of(evaluation), tables
        except (NixError, Unknowable, GaveUp):
            continue


def _table(repository: Repository, kind: SystemKind) -> Table | None:
    return repository.knowledge.system_table(repository.flake.lock, kind)


def _tables(repository: Repository, evaluation: Evaluation) -> tuple[Table, ...] | None:
    """The tables of a system, None where it has modules that nobody knows."""
    collected = evaluation.collected
    kind = next((kind for kind in _KINDS if CLASSES[kind] == evaluation.module_class), None)
    known = None if kind is None else _table(repository, kind)
    if kind is None or known is None or collected.failures:
        return None
    if not all(is_of_the_system(each.unknown, kind) for each in collected.unread):
        return None
    if evaluation.root.declared.rest is not None:
        return None
    # Of several nixpkgs only the one that the system is made with knows its options.
    folder = force(get(evaluation.special_args, "modulesPath"))
    if folder is MISSING or folder != f"{known.revision}/{MODULES[kind]}":
        return None
    return declared_by(repository, evaluation), known
