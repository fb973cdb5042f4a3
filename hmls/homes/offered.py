"""The options that a file may set: those of the catalog, and what the file's own modules declare.

Nothing is merged: who asks looks through the tables in their order, the first answer counts.
"""

from __future__ import annotations

import os

from hmls.catalog.bundles import CATALOG
from hmls.catalog.extract import declared_options
from hmls.catalog.lookup import Found, MovedOption, is_open, moved_at, names_at, option_at
from hmls.catalog.table import Table, table_of
from hmls.homes.builders.home_manager import BUILDER
from hmls.homes.membership import kinds_of_system, targets_of
from hmls.homes.repository import Repository, Space
from hmls.homes.targets import Target
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.modules.declarations import OTHER_RELEASE
from hmls.modules.evaluation import INTERNAL, Evaluation

_MOST_HOSTS = 3
_NOT_OWN = frozenset((CATALOG, OTHER_RELEASE, BUILDER, INTERNAL))
_OF_SYSTEMS = frozenset(("nixos", "darwin"))
OWN = "own"
"""The revision of a table of what modules declare that were evaluated."""


def tables_for(repository: Repository, path: str, space: Space) -> tuple[Table, ...]:
    """The tables of a file's options, those of its own modules first."""
    key = (tables_for, path, space)
    found: tuple[Table, ...] | None = repository.remembered.get(key)
    if found is None:
        known = catalog_tables(repository, space, path)
        # The few options of systems that are known without a table are in it too.
        own = _own(repository, path, space, _NOT_OWN | _OF_SYSTEMS if known else _NOT_OWN)
        found = (*(() if own is None else (own,)), *known)
        repository.remembered[key] = found
    return found


def catalog_tables(repository: Repository, space: Space, path: str) -> tuple[Table, ...]:
    """The same without what the repository's own modules declare, for which they are evaluated."""
    lock, knowledge = repository.flake.lock, repository.knowledge
    if space == "home":
        return (knowledge.home_table(lock),)
    kinds = kinds_of_system(repository, path)
    known = [knowledge.system_table(lock, kind) for kind in kinds]
    return tuple(table for table in known if table is not None)


def offered_names(
    tables: tuple[Table, ...], path: tuple[str, ...]
) -> dict[str, tuple[Found, Table]]:
    """Name → the option or group of options below a path."""
    found: dict[str, tuple[Found, Table]] = {}
    for table in tables:
        for name in names_at(table, path):
            before = found.get(name.name)
            if before is None or (name.is_option and not before[0].is_option):
                found[name.name] = (name, table)
    return found


def offered_option(tables: tuple[Table, ...], path: tuple[str, ...]) -> tuple[Found, Table] | None:
    """The option at a path."""
    for table in tables:
        found = option_at(table, path)
        if found is not None:
            return found, table
    return None


def moved_option(
    tables: tuple[Table, ...], path: tuple[str, ...]
) -> tuple[MovedOption, Table] | None:
    """What became of an option of earlier releases."""
    for table in tables:
        found = moved_at(table, path)
        if found is not None:
            return found, table
    return None


def takes_any_name(tables: tuple[Table, ...], path: tuple[str, ...]) -> bool:
    """Whether some table leaves the names below a path to the user."""
    return any(is_open(table, path) and option_exists(table, path) for table in tables)


def option_exists(table: Table, path: tuple[str, ...]) -> bool:
    """Whether an option of a table is at a path or above it."""
    return any(option_at(table, path[:end]) is not None for end in range(len(path), 0, -1))


def is_own(table: Table) -> bool:
    """Whether a table tells of modules that the repository itself imports."""
    return table.revision == OWN


def declared_in(repository: Repository, table: Table, file: str) -> str | None:
    """The path on disk of a file that a table names, None where its sources are not here."""
    if is_own(table):
        path = repository.files.on_disk(os.path.join(repository.root, file))
    elif table.exact:
        path = os.path.join(repository.files.store_root + table.revision, file)
    else:
        return None
    return os.path.join(path, "default.nix") if os.path.isdir(path) else path


def declared_by(repository: Repository, evaluation: Evaluation) -> Table:
    """What the modules of a system declare that no table of its kind has."""
    return _declared(repository, evaluation, _NOT_OWN | _OF_SYSTEMS)


def _own(repository: Repository, path: str, space: Space, without: frozenset[str]) -> Table | None:
    if space == "system":
        return _of_system(repository, path, without)
    for target in _targets(repository, path):
        try:
            return _declared(repository, repository.recent_evaluation(target), without)
        except (NixError, Unknowable, GaveUp):
            continue
    return None


def _targets(repository: Repository, path: str) -> list[Target]:
    own = targets_of(repository, path, own_user=True)
    return own[:1] or list(repository.recent_targets.items[:1])


def _of_system(repository: Repository, path: str, without: frozenset[str]) -> Table | None:
    """What the modules of a system declare: of the one that a file lies in, else of any."""
    folders = repository.layout.systems
    here = [host for host, folder in folders.items() if path.startswith(folder + os.sep)]
    targets = repository.recent_targets.items
    hosts = [*here, *(t.host for t in targets if t.kind == "host" and t.host), *folders]
    for host in list(dict.fromkeys(hosts))[:_MOST_HOSTS]:
        try:
            evaluation = repository.recent_system(host)
            if evaluation is not None:
                return _declared(repository, evaluation, without)
        except (NixError, Unknowable, GaveUp):
            continue
    return None


def _declared(repository: Repository, evaluation: Evaluation, without: frozenset[str]) -> Table:
    found: Table | None = evaluation.remembered.get((_declared, without))
    if found is None:
        extraction = declared_options(evaluation, repository.root, without)
        found = table_of(extraction, "", OWN, exact=True)
        evaluation.remembered[_declared, without] = found
    return found
