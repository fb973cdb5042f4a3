"""The options that a file may set: those of the catalog, and what the file's own modules declare.

Nothing is merged: who asks looks through the tables in their order, the first answer counts.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import NamedTuple

from hmls.catalog.bundles import CATALOG
from hmls.catalog.extract import declared_options
from hmls.catalog.lookup import Found, MovedOption, is_open, moved_at, names_at, option_at
from hmls.catalog.table import Table, table_of
from hmls.homes.builders.home_manager import BUILDER
from hmls.homes.membership import kinds_of_system, targets_of
from hmls.homes.repository import Repository, Space
from hmls.homes.targets import Target
from hmls.lang.budget import limited
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.modules.declarations import OTHER_RELEASE
from hmls.modules.evaluation import INTERNAL, Evaluation

_MOST_HOSTS = 3
_FEW_STEPS = 40_000
"""What is evaluated in about 10 ms."""
_AGAIN_S = 0.2
_NOT_OWN = frozenset((CATALOG, OTHER_RELEASE, BUILDER, INTERNAL))
_OF_SYSTEMS = frozenset(("nixos", "darwin"))
OWN = "own"
"""The revision of a table of what modules declare that were evaluated."""


def tables_for(repository: Repository, path: str, space: Space) -> tuple[Table, ...]:
    """The tables of a file's options, those of its own modules first. Raises GaveUp."""
    key = (tables_for, path, space)
    before: _Offered | None = repository.remembered.get(key)
    if before is not None and (before.until_s is None or time.monotonic() < before.until_s):
        return before.tables
    known = catalog_tables(repository, space, path)
    # The few options of systems that are known without a table are in it too.
    without = _NOT_OWN | _OF_SYSTEMS if known else _NOT_OWN
    own, until_s = _recent(repository, path, space, without)
    tables = (*(() if own is None else (own,)), *known)
    repository.remembered[key] = _Offered(tables, until_s)
    return tables


def is_awaited(repository: Repository, path: str, space: Space) -> bool:
    """Whether what a file's own modules declare is not all evaluated, so that there may be more."""
    found: _Offered | None = repository.remembered.get((tables_for, path, space))
    return found is not None and found.until_s is not None


def evaluate_awaited(repository: Repository, path: str) -> None:
    """Evaluate what names of options wait for. Raises GaveUp."""
    spaces: tuple[Space, ...] = "home", "system"
    for space in spaces:
        key = (_recent, path, space)
        if key in repository.index.shared:
            before = repository.index.shared.pop(key)
            repository.remembered.pop((tables_for, path, space), None)
            try:
                tables_for(repository, path, space)
            finally:
                repository.index.shared.setdefault(key, before)


class _Offered(NamedTuple):
    tables: tuple[Table, ...]
    until_s: float | None
    """When to look again for what is not evaluated yet; None if nothing is missing."""


def _recent(
    repository: Repository, path: str, space: Space, without: frozenset[str]
) -> tuple[Table | None, float | None]:
    """What a file's own modules declare, as they were before until they are evaluated anew.

    An edit may be in the middle of its evaluation, which takes seconds in large repositories, and
    typing must not wait for it. What was evaluated so far stays, so that a little is tried again.
    Raises GaveUp where there is nothing from before.
    """
    shared, key = repository.index.shared, (_recent, path, space)
    is_first = key not in shared
    try:
        with nullcontext() if is_first else limited(_FEW_STEPS):
            shared[key] = _own(repository, path, space, without)
    except GaveUp:
        if is_first:
            raise
        return shared[key], time.monotonic() + _AGAIN_S
    return shared[key], None


def go_without(repository: Repository, path: str) -> None:
    """Until a file's own modules are evaluated, take them to declare nothing."""
    spaces: tuple[Space, ...] = "home", "system"
    for space in spaces:
        repository.index.shared.setdefault((_recent, path, space), None)


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
    """The table of the first of a file's evaluations that has one. Raises GaveUp."""
    stopped: GaveUp | None = None
    for evaluation in (_of_system if space == "system" else _of_homes)(repository, path):
        try:
            found = evaluation()
            if found is not None:
                return _declared(repository, found, without)
        except (NixError, Unknowable):
            continue
        except GaveUp as stop:
            stopped = stop
    if stopped is not None:
        raise stopped
    return None


def _of_homes(repository: Repository, path: str) -> Iterator[Callable[[], Evaluation | None]]:
    for target in _targets(repository, path):
        yield partial(repository.recent_evaluation, target)


def _targets(repository: Repository, path: str) -> list[Target]:
    own = targets_of(repository, path, own_user=True)
    return own[:1] or list(repository.recent_targets.items[:1])


def _of_system(repository: Repository, path: str) -> Iterator[Callable[[], Evaluation | None]]:
    """The system that a file lies in, else any."""
    folders = repository.layout.systems
    here = [host for host, folder in folders.items() if path.startswith(folder + os.sep)]
    targets = repository.recent_targets.items
    hosts = [*here, *(t.host for t in targets if t.kind == "host" and t.host), *folders]
    for host in list(dict.fromkeys(hosts))[:_MOST_HOSTS]:
        yield partial(repository.recent_system, host)


def _declared(repository: Repository, evaluation: Evaluation, without: frozenset[str]) -> Table:
    found: Table | None = evaluation.remembered.get((_declared, without))
    if found is None:
        extraction = declared_options(evaluation, repository.root, without)
        found = table_of(extraction, "", OWN, exact=True)
        evaluation.remembered[_declared, without] = found
    return found
