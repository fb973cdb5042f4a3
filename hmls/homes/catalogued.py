"""Knowledge of Home Manager's modules from the catalog.

Where no table was read from the very sources that the lock names, the bundled one answers;
options that it does not know may exist then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hmls.catalog.modules import table_modules
from hmls.catalog.table import Table, bundled
from hmls.homes.knowledge import TABLE, Nothing
from hmls.lang.values import Cause, Unknown
from hmls.modules.collect import Given
from hmls.modules.system import ModuleSystem

if TYPE_CHECKING:
    from hmls.homes.builders.configuration import Kind
    from hmls.homes.builders.home_manager import Release


class Catalogued:
    """What the bundled table knows, or a table of the release itself."""

    def __init__(self, find: Callable[[Release], Table | None] | None = None) -> None:
        self._find = find or (lambda _release: None)

    def table(self, release: Release) -> Table:
        """The table that answers for a release."""
        return self._find(release) or bundled()

    def home_modules(self, system: ModuleSystem) -> Callable[[Release], list[Given]]:
        def modules(release: Release) -> list[Given]:
            table = self.table(release)
            folder = release.path or release.input
            given = table_modules(table, system, folder)
            return given if table.exact else [*given, unlisted(release.input, table.label)]

        return modules

    def system_modules(self, system: ModuleSystem) -> Callable[[Kind], list[Given]]:
        return Nothing().system_modules(system)


def unlisted(name: str, label: str) -> Given:
    """Options of an input that the bundled table does not list."""
    message = f"{name} is not in the Nix store; what is known of it is {label}"
    return Given(Unknown(f"inputs.{name}", Cause(TABLE, message, name)))
