"""Knowledge of Home Manager's modules from the catalog.

Where no table was read from the very sources that the lock names, the bundled one answers;
options that it does not know may exist then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hmls.catalog.bundles import CATALOG
from hmls.catalog.modules import table_modules
from hmls.catalog.packages import Packages
from hmls.catalog.table import Table, bundled
from hmls.homes.inputs import inputs_of_role
from hmls.homes.knowledge import TABLE, Nothing, SystemKind
from hmls.homes.lock import Lock
from hmls.lang.values import Cause, Unknown
from hmls.modules.collect import Given
from hmls.modules.declarations import OTHER_RELEASE
from hmls.modules.system import ModuleSystem

if TYPE_CHECKING:
    from hmls.homes.builders.configuration import Kind
    from hmls.homes.builders.home_manager import Release


HOME_MANAGER, PACKAGES = "home-manager", "packages"
_ROLES: dict[SystemKind, str] = {"nixos": "nixpkgs", "darwin": "nix-darwin"}


class Catalogued:
    """What the bundled table knows, or the tables of sources by their store path."""

    def __init__(self, known: Mapping[tuple[str, str], Table | Packages] | None = None) -> None:
        self.known = dict(known or {})
        """By what it is of (see `sources.KINDS`) and the sources' store path."""

    def table(self, release: Release) -> Table:
        """The table that answers for a release."""
        found = self.known.get((HOME_MANAGER, release.path))
        return found if isinstance(found, Table) else bundled()

    def home_table(self, lock: Lock) -> Table:
        """The table that answers for the Home Manager of a lock."""
        found = self._find(lock, HOME_MANAGER, "home-manager")
        return found if isinstance(found, Table) else bundled()

    def system_table(self, lock: Lock, kind: SystemKind = "nixos") -> Table | None:
        """The table of the NixOS or nix-darwin of a lock, if its sources were read."""
        found = self._find(lock, kind, _ROLES[kind])
        return found if isinstance(found, Table) else None

    def packages(self, lock: Lock) -> Packages | None:
        """The packages of the main nixpkgs of a lock, if its sources were read."""
        found = self._find(lock, PACKAGES, "nixpkgs")
        return found if isinstance(found, Packages) else None

    def _find(self, lock: Lock, kind: str, role: str) -> Table | Packages | None:
        for _name, locked in inputs_of_role(lock, role):
            found = self.known.get((kind, locked.store_path or ""))
            if found is not None:
                return found
        return None

    def home_modules(self, system: ModuleSystem) -> Callable[[Release], list[Given]]:
        def modules(release: Release) -> list[Given]:
            table = self.table(release)
            folder = release.path or release.input
            origin = OTHER_RELEASE if is_other_release(table, release) else CATALOG
            given = table_modules(table, system, folder, origin)
            return given if table.exact else [*given, unlisted(release.input, table.label)]

        return modules

    def system_modules(self, system: ModuleSystem) -> Callable[[Kind], list[Given]]:
        return Nothing().system_modules(system)


def is_other_release(table: Table, release: Release) -> bool:
    """Whether the lock names a release so far from a table's that options may differ."""
    modified = release.last_modified
    if table.exact or modified is None:
        return False
    try:
        day = datetime.strptime(table.label.rpartition(" of ")[2], "%d %B %Y")
    except ValueError:
        return False
    made = day.replace(tzinfo=UTC).timestamp()
    return abs(made - modified) > _NEAR_S


_NEAR_S = 60 * 86_400


def unlisted(name: str, label: str) -> Given:
    """Options of an input that the bundled table does not list."""
    message = f"{name} is not in the Nix store; what is known of it is {label}"
    return Given(Unknown(f"inputs.{name}", Cause(TABLE, message, name)))
