"""What many modules declare and define, as one: most of it is never looked at.

A table of Home Manager's options stands for hundreds of modules. Of them a bundle holds what
they say at one path of the option tree and below. It comes apart by name as levels do, and
into declarations and definitions only at the options that somebody asks for.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hmls.lang.interp import Interp
    from hmls.lang.values import Attrs
    from hmls.modules.declarations import Declaration
    from hmls.modules.definitions import Definition
    from hmls.modules.level import Level
    from hmls.modules.unify import Module


class DeclaredBundle:
    """Sets of options, all at one path. It stands where a module has its set of options."""

    __slots__ = ()

    @abstractmethod
    def by_name(self) -> Iterable[tuple[str, list[Declaration]]]:
        """What is declared under each name: options, or the bundle of what lies below."""

    @abstractmethod
    def apart(self) -> list[Declaration]:
        """The sets of options one by one, in the order of the modules."""

    @abstractmethod
    def without(self, keys: frozenset[str]) -> DeclaredBundle:
        """The same without the modules of some keys."""


class DefinedBundle:
    """Definitions of sets, all at one path. It stands where a module has its `config`."""

    __slots__ = ()

    @property
    @abstractmethod
    def is_of_names(self) -> bool:
        """Whether every definition says by its path which name in the set it is of."""

    @abstractmethod
    def by_name(self) -> Iterable[tuple[str, Definition]]:
        """Each name with a definition whose value is the bundle of what lies below."""

    @abstractmethod
    def named(self, name: str) -> Definition | None:
        """That of one name."""

    @abstractmethod
    def apart(self) -> list[Definition]:
        """The definitions one by one, in the order of the modules, properties still on."""

    @abstractmethod
    def in_force(self) -> list[Definition]:
        """The same without those that are certainly not in force."""

    @abstractmethod
    def without(self, keys: frozenset[str]) -> DefinedBundle:
        """The same without the modules of some keys."""


class BundledModules:
    """Many modules where one is given."""

    __slots__ = ()

    @abstractmethod
    def module(self, _interp: Interp, _arguments: Attrs, _root: Callable[[], Level]) -> Module:
        """The one module that stands for all. Its level is what the last argument gives."""


def without_disabled(module: Module, keys: Iterable[object]) -> Module:
    """A module as it is when modules of some keys are disabled."""
    options, config = module.options, module.config
    if not isinstance(options, DeclaredBundle) or not isinstance(config, DefinedBundle):
        return module
    named = frozenset(str(key) for key in keys if isinstance(key, str))
    return module._replace(options=options.without(named), config=config.without(named))


def unbundled(definitions: list[Definition]) -> list[Definition]:
    """The definitions with bundles taken apart, as far as they are in force."""
    if not any(isinstance(each.value, DefinedBundle) for each in definitions):
        return definitions
    found: list[Definition] = []
    for each in definitions:
        if isinstance(each.value, DefinedBundle):
            found += each.value.in_force()
        else:
            found.append(each)
    return found


def declared_apart(declarations: Iterable[Declaration]) -> list[Declaration]:
    """The declarations with bundles taken apart."""
    found: list[Declaration] = []
    for each in declarations:
        if isinstance(each.option, DeclaredBundle):
            found += each.option.apart()
        else:
            found.append(each)
    return found
