"""The library that a snowfall flake's modules get: nixpkgs', the inputs' and its own.

Source: snowfall-lib snowfall-lib/default.nix, internal/default.nix.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from hmls.homes.builders.home_manager import own_library
from hmls.homes.builders.snowfall_functions import snowfall_functions
from hmls.lang import coerce
from hmls.lang.combine import update
from hmls.lang.force import (
    MISSING,
    call,
    delayed,
    expect_attrs,
    force,
    get,
    get_lazy,
    is_function,
    select,
)
from hmls.lang.interp import Interp, ReadFailed
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Path, Primop, Unknown, Value

_WITHOUT_LIB = frozenset(("self", "systems"))
"""Inputs that lend no library; `lib.systems` is nixpkgs' own."""
_HELPERS = Cause("foreign-builder", "snowfall-lib's own functions are not known here")


class Snowfall:
    """One call of `mkLib` or `mkFlake`: where things lie, and the libraries made of it."""

    def __init__(self, interp: Interp, options: Attrs, fork: Unknown | None) -> None:
        self.interp = interp
        self.fork = fork
        """What a fork may have added to anything, where it is one."""
        self.inputs = expect_attrs(get_lazy(options, "inputs"))
        section = get(options, "snowfall")
        config = Attrs() if section is MISSING else expect_attrs(section)
        root = get_lazy(config, "root")
        self._source = get_lazy(options, "src")
        self.source_site = options.positions.get("src")
        """Where it is said in which folder everything lies."""
        self._snowfall_root = self._source if root is MISSING else root
        self.root: str = _disk_path(force(self._snowfall_root))
        """The folder of homes/, lib/, modules/ and systems/, on disk."""
        namespace = get(config, "namespace")
        self.namespace: Value = "internal" if namespace is MISSING else namespace

    def opened(self, items: Mapping[str, Lazy]) -> Attrs:
        """A set to which a fork may have added."""
        if self.fork is not None:
            return OpenAttrs(items, self.fork)
        return items if isinstance(items, Attrs) else Attrs(items)

    def folders(self, relative: str) -> list[str]:
        """The names of the folders in a folder below the root."""
        return [name for name, kind in self._entries(relative).items() if kind == "directory"]

    def _entries(self, relative: str) -> dict[str, str]:
        try:
            return dict(
                sorted(self.interp.reader.read_directory(f"{self.root}/{relative}").items())
            )
        except ReadFailed:
            return {}

    def default_files(self, relative: str) -> list[str]:
        """All `default.nix` below a folder, as paths from there, in snowfall's order."""
        found: list[str] = []
        for name, kind in self._entries(relative).items():
            if kind == "directory":
                found += [f"{name}/{path}" for path in self.default_files(f"{relative}/{name}")]
            elif kind == "regular" and name == "default.nix":
                found.append(name)
        return found

    @cached_property
    def base_lib(self) -> Attrs:
        """The lib of nixpkgs, and each input's under the name of the input."""
        lib = force(self.interp.lib)
        libraries: dict[str, Lazy] = {}
        for name, lazy in self.inputs.items():
            if name not in _WITHOUT_LIB:
                libraries[name] = delayed(lambda lazy=lazy: _library_of(lazy))  # type: ignore[misc]
        rest = Unknown("lib.snowfall", _HELPERS, None, "set")
        libraries["snowfall"] = delayed(
            lambda: snowfall_functions(self.interp, self._source, self._snowfall_root, rest)
        )
        return self.opened(expect_attrs(update(lib, Attrs(libraries))))

    @cached_property
    def user_lib(self) -> Value:
        """What the modules below lib/ give, as `lib.<namespace>`."""
        lib = delayed(lambda: self.system_lib)
        given = Attrs(
            {
                "inputs": self.inputs,
                "snowfall-inputs": Unknown("snowfall-inputs", _HELPERS),
                "namespace": self.namespace,
                "lib": lib,
            }
        )
        parts = [
            delayed(lambda path=path: self._part(f"{self.root}/lib/{path}", given))  # type: ignore[misc]
            for path in self.default_files("lib")
        ]
        return self._merged(parts)

    def _part(self, path: str, given: Attrs) -> Value:
        imported = self.interp.import_path(path)
        if not is_function(imported):
            return imported
        call_with = call(select(self.interp.lib, "callPackageWith"), given)
        return call(call(call_with, Path(path)), Attrs())

    def _merged(self, parts: list[Lazy]) -> Value:
        """merge-deep: the later ones win."""
        lib = self.interp.lib
        join = call(
            call(select(lib, "foldr"), delayed(lambda: select(lib, "recursiveUpdate"))), Attrs()
        )
        return call(join, parts)

    @cached_property
    def system_lib(self) -> Attrs:
        """The `lib` of modules of systems."""
        own = delayed(lambda: self.user_lib)
        namespace = force(self.namespace)
        if not isinstance(namespace, str):
            return OpenAttrs(self.base_lib, Unknown("lib", _HELPERS))
        return expect_attrs(update(self.base_lib, Attrs({namespace: own})))

    @cached_property
    def home_lib(self) -> Value:
        """The `lib` of homes: with `lib.hm`."""
        return update(self.system_lib, Attrs({"hm": delayed(lambda: own_library(self.interp))}))

    def own_lib(self, make_flake: Primop) -> Value:
        """What `mkLib` returns."""
        base = update(self.base_lib, Attrs({"mkFlake": make_flake}))
        if not self.default_files("lib"):
            return base
        return self._merged([base, delayed(lambda: self.user_lib)])


def _disk_path(source: Value) -> str:
    return coerce.to_path(source)


def _library_of(lazy: Lazy) -> Value:
    value = force(lazy)
    if isinstance(value, Unknown):
        return value.select("lib")
    found = get(expect_attrs(value), "lib")
    return Attrs() if found is MISSING else found
