"""What is known of modules that are not evaluated: Home Manager's, NixOS's, nix-darwin's.

The catalog fills this in; without one, those modules are unread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

from hmls.catalog.packages import Packages
from hmls.catalog.table import Table, bundled
from hmls.homes.lock import Lock
from hmls.lang.values import Cause, Unknown
from hmls.modules.collect import Given
from hmls.modules.system import ModuleSystem

if TYPE_CHECKING:
    from hmls.homes.builders.configuration import Kind
    from hmls.homes.builders.home_manager import Release

TABLE = "table"
"""The kind of the cause for options that the bundled table may not know."""
_INPUTS = {"nixos": "nixpkgs", "darwin": "nix-darwin", "droid": "nix-on-droid"}
"""Kind of system → the input whose modules it is made of."""
_UNREAD = "its modules were not read"


SystemKind = Literal["nixos", "darwin"]


class Knowledge(Protocol):
    """What stands for the modules of a release, as modules of its own."""

    def home_modules(self, system: ModuleSystem) -> Callable[[Release], list[Given]]: ...

    def system_modules(self, system: ModuleSystem) -> Callable[[Kind], list[Given]]: ...

    def home_table(self, lock: Lock) -> Table:
        """What the catalog knows of the Home Manager that a lock names."""
        ...

    def system_table(self, lock: Lock, kind: SystemKind = "nixos") -> Table | None:
        """What the catalog knows of the NixOS or nix-darwin that a lock names."""
        ...

    def packages(self, lock: Lock) -> Packages | None:
        """The packages of the nixpkgs that a lock names, if they were read."""
        ...


class Nothing:
    """No knowledge: the modules may declare and define anything."""

    def home_modules(self, _system: ModuleSystem) -> Callable[[Release], list[Given]]:
        return lambda release: [unread(release.input)]

    def system_modules(self, _system: ModuleSystem) -> Callable[[Kind], list[Given]]:
        return lambda kind: [unread(_INPUTS.get(kind, kind))]

    def home_table(self, _lock: Lock) -> Table:
        return bundled()

    def system_table(self, _lock: Lock, _kind: SystemKind = "nixos") -> Table | None:
        return None

    def packages(self, _lock: Lock) -> Packages | None:
        return None


def unread(name: str) -> Given:
    """The modules of an input that was not read."""
    return Given(Unknown(f"inputs.{name}", Cause("missing-input", f"{name}: {_UNREAD}", name)))


def is_of_the_system(unknown: Unknown, kind: SystemKind) -> bool:
    """Whether modules that were not read are those that every system of a kind is made of."""
    name = _INPUTS[kind]
    return unknown.text == f"inputs.{name}" and unknown.cause.message == f"{name}: {_UNREAD}"
