"""Modules that stand for those of a table: they declare and define the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from hmls.catalog.finish import Scope
from hmls.catalog.table import Table
from hmls.catalog.type_reader import TypeReader, moved_module, write
from hmls.lang.force import MISSING, delayed, expect_attrs, get
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Cause, Lazy, Unknown, Value
from hmls.modules.collect import Given
from hmls.modules.declarations import OTHER_RELEASE
from hmls.modules.native import NativeModule, raw
from hmls.modules.properties import merge
from hmls.modules.system import ModuleSystem

Json = Any
CATALOG = "catalog"
"""The origin of definitions that a table says Home Manager makes."""
KIND = "own-module"
"""Of causes: what Home Manager's own modules add, where the table leaves the value out."""


_GENERAL = Cause(KIND, "Home Manager's own modules decide it")


class File(NamedTuple):
    """What one file declares and defines, as the table writes it."""

    name: str
    options: dict[str, Json]
    writes: list[Json]
    moved: list[Json]


def table_modules(
    table: Table, system: ModuleSystem, folder: str, origin: str = CATALOG
) -> list[Given]:
    """The modules of a table. `folder` is where its sources lie, for what is said of places.

    With the origin OTHER_RELEASE they stand for those of a release that may still have what
    the table says was removed.
    """
    modules = _Modules(table, system, origin)
    return [
        Given(modules.module(file, f"{folder}/{file.name}"), f"{folder}/{file.name}", None, origin)
        for file in files_of(_Identity(table))
    ]


class _Modules:
    """The modules of one evaluation; they share its types."""

    def __init__(self, table: Table, system: ModuleSystem, origin: str) -> None:
        self.table = table
        self.keeps_removed = origin == OTHER_RELEASE
        self.system = system
        self._reader: TypeReader | None = None

    def module(self, file: File, path: str) -> Lazy:
        def build(interp: Interp, arguments: Attrs) -> Value:
            reader = self._types(interp, arguments)
            scope = reader.scope.of(_cause(file.name))
            config = [write(written, scope) for written in file.writes]
            moved = [m for m in file.moved if not (self.keeps_removed and m[0] == "removed")]
            return Attrs(
                {
                    "_file": path,
                    "key": path,
                    "options": reader.options(file.options),
                    "config": merge([*config]),
                    "imports": [moved_module(each, scope) for each in moved],
                }
            )

        return NativeModule(build, path).function()

    def _types(self, interp: Interp, arguments: Attrs) -> TypeReader:
        if self._reader is None:
            self._reader = TypeReader(self.table.types, self.system, _root_scope(interp, arguments))
        return self._reader


def _root_scope(interp: Interp, arguments: Attrs) -> Scope:
    config = arguments["config"]
    certain = raw(arguments, "config")

    def argument(name: str) -> Lazy:
        def found() -> Value:
            if name in arguments:
                return get(arguments, name)
            internal = expect_attrs(get(expect_attrs(config), "_module"))
            value = get(expect_attrs(get(internal, "args")), name)
            return _no_argument(name) if value is MISSING else value

        return delayed(found)

    roots = {name: arguments[name] for name in ("config", "options")}
    without_others = {"config": certain, "options": raw(arguments, "options")}
    return Scope(interp, arguments["lib"], roots, argument, _GENERAL, without_others)


def _no_argument(name: str) -> Unknown:
    return Unknown(name, Cause(KIND, f"nothing says what the argument {name} is"))


@lru_cache(maxsize=512)
def _cause(file: str) -> Cause:
    name = file.removeprefix("modules/").removesuffix(".nix").removesuffix("/default")
    return Cause(KIND, f"Home Manager's module {name.replace('/', '.')} decides it", name)


class _Identity(NamedTuple):
    """A table by identity: it is never changed."""

    table: Table

    def __hash__(self) -> int:
        return id(self.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.table is self.table


@lru_cache(maxsize=4)
def files_of(identity: _Identity) -> tuple[File, ...]:
    """What a table says, by file, in the order in which the modules are given.

    Definitions stand in the reverse of that order (see `Evaluation`).
    """
    table = identity.table
    files: dict[int, File] = {}

    def file(number: int) -> File:
        found = files.get(number)
        if found is None:
            found = files[number] = File(table.files[number], {}, [], [])
        return found

    for written in table.writes:
        file(written[2]).writes.append(written)
    for path, option in _all_options(table.options, ()):
        declared = option[1].get("declared") or [[0, 0]]
        _put(file(declared[0][0]).options, path, option)
    for moved in table.moved:
        file(moved[4]).moved.append(moved)
    return tuple(reversed(files.values()))


def _all_options(tree: Mapping[str, Json], path: tuple[str, ...]) -> list[Json]:
    found: list[Json] = []
    for name, node in tree.items():
        if isinstance(node, list):
            found.append(((*path, name), node))
        else:
            found += _all_options(node, (*path, name))
    return found


def _put(tree: dict[str, Json], path: tuple[str, ...], option: Json) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = option
