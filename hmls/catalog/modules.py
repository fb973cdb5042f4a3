"""The modules of a table: two that declare and define what all of Home Manager's do.

The second stands for the options that moved, whose modules the others import.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from hmls.catalog.bundles import CATALOG, Options, Writes
from hmls.catalog.contents import Entry, Group, Path, contents_of
from hmls.catalog.finish import Scope, contribution, finish
from hmls.catalog.table import Table
from hmls.catalog.type_reader import TypeReader, moved_module
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, call, delayed, expect_attrs, force, get
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Cause, Lazy, Thunk, Unknown, Value
from hmls.modules.bundle import BundledModules, DeclaredBundle
from hmls.modules.collect import Given
from hmls.modules.declarations import OTHER_RELEASE, Declaration
from hmls.modules.definitions import Definition
from hmls.modules.disabling import MODULES_PATH
from hmls.modules.level import Level
from hmls.modules.native import raw
from hmls.modules.parts import Part, RawDefinitions, push_down
from hmls.modules.system import ModuleSystem
from hmls.modules.unify import Module, unify

Json = Any
KIND = "own-module"
"""Of causes: what Home Manager's own modules add, where the table leaves the value out."""


_NO_VALUE = "was accessed but has no value defined"
_GENERAL = Cause(KIND, "Home Manager's own modules decide it")


def table_modules(
    table: Table, system: ModuleSystem, folder: str, origin: str = CATALOG
) -> list[Given]:
    """The modules of a table. `folder` is where its sources lie, for what is said of places.

    With the origin OTHER_RELEASE they stand for those of a release that may still have what
    the table says was removed.
    """
    return [Given(TableModules(table, system, folder, origin), folder, None, origin)]


class TableModules(BundledModules):
    """All modules of a table."""

    __slots__ = ("folder", "origin", "system", "table")

    def __init__(self, table: Table, system: ModuleSystem, folder: str, origin: str) -> None:
        self.table = table
        self.system = system
        self.folder = folder
        self.origin = origin

    def module(self, interp: Interp, arguments: Attrs, root: Callable[[], Level]) -> Module:
        home = _Home(self, interp, arguments, root)
        contents = home.contents
        return home.module("", contents.options, contents.writes, [_MovedModules(home)])


class _MovedModules(BundledModules):
    """The modules of options that moved, which the others import."""

    __slots__ = ("home",)

    def __init__(self, home: _Home) -> None:
        self.home = home

    def module(self, _interp: Interp, _arguments: Attrs, _root: Callable[[], Level]) -> Module:
        home = self.home
        moved = home.contents.moved
        if home.origin == OTHER_RELEASE:
            moved = home.contents.moved_and_there
        return home.module(" (moved)", moved.options, moved.writes, [])


class _Home:
    """The table in one evaluation; its modules share their types."""

    def __init__(
        self, given: TableModules, interp: Interp, arguments: Attrs, root: Callable[[], Level]
    ) -> None:
        self.contents = contents_of(given.table)
        self._table = given.table
        self._system = given.system
        self._folder = given.folder
        self.origin = given.origin
        self._interp = interp
        self._arguments = arguments
        self._root = root
        self._reader: TypeReader | None = None
        self._scopes: dict[int, Scope] = {}
        self._moved: dict[int, Module] = {}
        self._untouched: dict[Path, bool | Level] = {}

    def module(self, name: str, options: Group, writes: Group, imports: list[Lazy]) -> Module:
        key = f"{self._folder}/modules{name}"
        return Module(
            key,
            key,
            None,
            imports,
            [],
            Options(self, options),
            Writes(self, writes),
            None,
            self.origin,
        )

    def place(self, file: int) -> str:
        return f"{self._folder}/{self._table.files[file]}"

    def files_of(self, keys: frozenset[str]) -> frozenset[int]:
        start = f"{self._folder}/"
        own = (key.replace(f"{MODULES_PATH}/", f"{start}modules/", 1) for key in keys)
        return self.contents.files_of(frozenset(key.removeprefix(start) for key in own))

    def option(self, entry: Entry) -> Lazy:
        if not entry.is_moved:
            return Thunk(self._types.option, entry.content)
        return Thunk(self._moved_option, entry)

    def definitions(self, entry: Entry) -> list[Definition]:
        if entry.is_moved:
            return self._moved_definitions(entry)
        value = contribution(entry.content, self._scope(entry.file))
        return [Definition(self.place(entry.file), value, None, None, self.origin)]

    def is_false(self, condition: Json) -> bool:
        return self._flag(condition) is False

    def _flag(self, condition: Json) -> bool | None:
        """A condition of which nobody but the table decides anything, None for any other."""
        if condition is True or condition is False:
            return condition
        if condition.__class__ is not list:
            return None
        word, *parts = condition
        if word == "ref" and parts[0] == "config":
            path = tuple(parts[1:])
            default = self.contents.flags.get(path)
            return None if default is None or not self._is_untouched(path) else self._flag(default)
        if word in ("==", "!=") and parts[1] is None:
            return word == "==" if self._is_null(parts[0]) else None
        if word in ("&&", "||"):
            for part in parts:
                flag = self._flag(part)
                if flag is None or flag is (word == "||"):
                    return flag
            return bool(word == "&&")
        if word == "!":
            flag = self._flag(parts[0])
            return None if flag is None else not flag
        return None

    def _is_null(self, found: Json) -> bool:
        """Whether it is an option that is null by default, and nobody but the table touches it."""
        if found.__class__ is not list or found[:2] != ["ref", "config"]:
            return False
        path = tuple(found[2:])
        return path in self.contents.nulls and self._is_untouched(path)

    def _is_untouched(self, path: Path) -> bool:
        """Whether only the table says anything at a path of an option."""
        level = self._root()
        for length in range(1, len(path) + 1):
            here = path[:length]
            found = self._untouched.get(here)
            if found is None:
                found = self._untouched[here] = _only_bundled(level, here[-1])
            if not isinstance(found, Level):
                return found
            level = found
        return False

    @property
    def _types(self) -> TypeReader:
        if self._reader is None:
            scope = _root_scope(self._interp, self._arguments)
            table = self._table
            other = None if table.exact else Unknown("_module.check", _of_release(table.label))
            self._reader = TypeReader(table.types, self._system, scope, other)
        return self._reader

    def _scope(self, file: int) -> Scope:
        found = self._scopes.get(file)
        if found is None:
            cause = _cause(self._table.files[file])
            general = self._types.scope
            needs = Thunk(_values, (general, self.contents.paths_of_files.get(file, ())))
            found = self._scopes[file] = general.of(cause, needs)
        return found

    def _module_of(self, entry: Entry) -> Module:
        found = self._moved.get(entry.content)
        if found is None:
            written = self._table.moved[entry.content]
            function = force(moved_module(written, self._scope(entry.file)))
            place = self.place(entry.file)
            value = call(function, self._arguments)
            found = self._moved[entry.content] = unify(value, place, place, None, self.origin)
        return found

    def _moved_option(self, entry: Entry) -> Value:
        found: Lazy = self._module_of(entry).options
        for name in entry.path:
            found = expect_attrs(found)[name]
        return force(found)

    def _moved_definitions(self, entry: Entry) -> list[Definition]:
        module = self._module_of(entry)
        found = [Definition(module.file, module.config, module.site, None, module.origin)]
        for name in entry.path:
            parts: list[Part] = []
            for definition in found:
                push_down(definition, parts)
            found = RawDefinitions((), parts).of(name)
        return found


def _only_bundled(level: Level, name: str) -> bool | Level:
    """Whether only tables say anything at a name and below; the level there if others do."""
    try:
        declared = level.declared
        if (
            declared.rest is None
            and level.raw.is_bundled(name)
            and all(_is_bundled(each) for each in declared.by_name.get(name, ()))
        ):
            return True
        node = level.node(name)
    except (NixError, Unknowable):
        return False
    return node if isinstance(node, Level) else False


def _is_bundled(declaration: Declaration) -> bool:
    from_table = declaration.origin in (CATALOG, OTHER_RELEASE)
    return from_table or isinstance(declaration.option, DeclaredBundle)


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


def _values(given: tuple[Scope, list[Path]]) -> Value:
    """The values of the options of a module, on any of which may depend what it makes of them."""
    scope, paths = given
    return [Thunk(_value_if_any, (scope, path)) for path in paths]


def _value_if_any(given: tuple[Scope, Path]) -> Value:
    scope, path = given
    try:
        return force(finish(["ref", "config", *path], scope))
    except NixError as error:
        if _NO_VALUE in error.message:
            return None
        raise


def _no_argument(name: str) -> Unknown:
    return Unknown(name, Cause(KIND, f"nothing says what the argument {name} is"))


def _of_release(label: str) -> Cause:
    return Cause(KIND, f"an option is not among those of {label}, and may be one of another")


@lru_cache(maxsize=512)
def _cause(file: str) -> Cause:
    name = file.removeprefix("modules/").removesuffix(".nix").removesuffix("/default")
    return Cause(KIND, f"Home Manager's module {name.replace('/', '.')} decides it", name)
