"""Modules evaluated with symbols for what only a configuration decides."""

from __future__ import annotations

from typing import Any

from hmls.catalog.branches import whole_options
from hmls.catalog.symbols import Symbol
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, expect_open_list, force, get
from hmls.lang.values import Attrs, Lazy, Primop, Splice, Thunk, Value
from hmls.modules.collect import Collected
from hmls.modules.evaluation import Evaluation
from hmls.modules.native import Moved
from hmls.modules.system import ModuleSystem
from hmls.modules.unify import Module


class SymbolicEvaluation(Evaluation):
    """An evaluation whose modules get symbols for arguments that nobody defines.

    The modules that only move options are taken out of it: they are known by what they say.
    """

    calls_when_needed = False  # Everything is asked for.

    def __init__(
        self, system: ModuleSystem, modules: Lazy, special: Attrs, module_class: Lazy, suffix: str
    ) -> None:
        super().__init__(system, modules, special_args=special, module_class=module_class)
        self._suffix = suffix
        self._filtered: Collected | None = None
        self.moves: list[tuple[Moved, Module]] = []

    @property
    def collected(self) -> Collected:
        if self._filtered is None:
            whole = super().collected
            moved = self._moved(whole)
            whole.modules = [
                module._replace(options=Thunk(whole_options, module.options))
                for module in whole.modules
                if module.key not in moved
            ]
            self._filtered = whole
        return self._filtered

    def _moved(self, whole: Collected) -> set[str]:
        """The keys of modules that only move options, noted in `moves` by the way."""
        keys: set[str] = set()
        trees = list(whole.trees)
        while trees:
            tree = trees.pop(0)
            trees.extend(tree.imports)
            for number, lazy in enumerate(open_items(tree.module.imports), 1):
                value = None if lazy.__class__ is Splice else force(lazy)
                if isinstance(value, Primop) and isinstance(value.tag, Moved):
                    self.moves.append((value.tag, tree.module))
                    keys.add(f"{tree.module.key}:anon-{number}")
        return keys

    def argument(self, name: str) -> Lazy:
        found = self._arguments.get(name)
        if found is None:
            found = self._arguments[name] = Thunk(self._argument, name)
        return found

    def _argument(self, name: str) -> Value:
        try:
            args = force(self.internal_option("args").value)
        except (NixError, Unknowable):
            args = None
        found = get(args, name) if isinstance(args, Attrs) else MISSING
        return Symbol((name + self._suffix,)) if found is MISSING else found


def open_items(imports: Lazy) -> list[Any]:
    try:
        return expect_open_list(imports)
    except (NixError, Unknowable):
        return []
