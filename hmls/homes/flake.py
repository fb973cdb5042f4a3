"""flake.nix, evaluated: its inputs, `self`, and what its outputs say of homes and systems."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from hmls.homes.builders.configuration import Configuration, ConfigurationAttrs, Environment
from hmls.homes.files import Files, FlakeReader
from hmls.homes.inputs import InputContext, input_values, library_folder, main_nixpkgs
from hmls.homes.knowledge import Knowledge
from hmls.homes.lock import LockedInput, read_lock
from hmls.lang import store
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, call, delayed, expect_attrs, force, get, sorted_names
from hmls.lang.interp import Interp
from hmls.lang.values import (
    AllBut,
    Attrs,
    Cause,
    ContextString,
    Lazy,
    OpenAttrs,
    Site,
    Unknown,
    Value,
    quote_attribute,
)
from hmls.modules.library import make_library
from hmls.modules.system import ModuleSystem
from hmls.syntax.attrpath import split_attrpath

HOME_OUTPUTS = "homeConfigurations"
SYSTEM_OUTPUTS = ("nixosConfigurations", "darwinConfigurations")
DROID_OUTPUTS = "nixOnDroidConfigurations"
CONFIGURATION_OUTPUTS = (HOME_OUTPUTS, *SYSTEM_OUTPUTS, DROID_OUTPUTS)
_SYSTEMS = ("x86_64-linux", "aarch64-linux", "aarch64-darwin", "x86_64-darwin")
_VERSION_NAMES = (
    "dirtyRev", "dirtyShortRev", "lastModified", "lastModifiedDate", "narHash", "rev", "revCount",
    "shortRev", "submodules",
)  # fmt: skip
_VERSION = Cause("impure", "this depends on the state of git when the flake is built")


@dataclass(frozen=True, slots=True)
class Output:
    """One home or system that the flake exposes, as far as it can be known."""

    name: str
    path: str
    """The attribute path below the flake, such as `homeConfigurations.alice`."""
    configuration: Configuration | None
    unknown: Unknown | None = None
    error: NixError | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class Outputs:
    """The attributes of one output such as `homeConfigurations`.

    `unknown` says why there may be others, `error` why the flake does not evaluate.
    """

    items: tuple[Output, ...] = ()
    unknown: Unknown | None = None
    error: NixError | None = None


class Flake:
    """One evaluation of a flake. Everything in it belongs to one version of its files."""

    def __init__(self, root: str, files: Files, knowledge: Knowledge) -> None:
        self.root = root
        self.files = files
        self.knowledge = knowledge
        self.reader = FlakeReader(files)
        self.lock = read_lock(files.text(os.path.join(root, "flake.lock")))
        store.mount(files.tree.root)
        self.interp = self.new_interp(self.reader)
        self._attrs = delayed(self._read_attrs)
        self._outputs = delayed(self._call_outputs)

    def new_interp(self, reader: FlakeReader) -> Interp:
        """An interpreter for the flake's files whose reads are noted by `reader`."""
        for name, locked in self.lock.inputs.items():
            reader.inputs.setdefault(locked.store_path or "", name)
        interp = Interp(reader, lib=self._library)
        system = ModuleSystem(interp)
        interp.host = Environment(
            interp,
            system,
            os.path.join(self.files.tree.root, ""),
            self.knowledge.home_modules(system),
            self.knowledge.system_modules(system),
            self._is_package,
        )
        context = InputContext(interp, self.lock, self._in_store, self.root)
        for lazy in input_values(context, self._known_inputs(interp)).values():
            # The builders of missing inputs are reached by path as well.
            force(lazy)
        return interp

    @property
    def path(self) -> str:
        return os.path.join(self.root, "flake.nix")

    @property
    def attrs(self) -> Attrs:
        """The set in flake.nix. Raises NixError, Unknowable."""
        return expect_attrs(self._attrs)

    @property
    def outputs(self) -> Value:
        """What the function `outputs` gives. Raises NixError."""
        return force(self._outputs)

    @property
    def inputs(self) -> Attrs:
        """The values of the inputs by name. Raises NixError, Unknowable."""
        context = InputContext(self.interp, self.lock, self._in_store, self.root)
        return Attrs(input_values(context, self.every_input()))

    def _is_package(self, name: str) -> bool:
        packages = self.knowledge.packages(self.lock)
        return packages is not None and name in packages.packages

    def _library(self, interp: Interp) -> Attrs:
        context = InputContext(interp, self.lock, self._in_store, self.root)
        return make_library(interp, library_folder(context, main_nixpkgs(self.lock.inputs)))

    def _in_store(self, path: str) -> bool:
        return os.path.isdir(self.files.store_root + path)

    def _read_attrs(self) -> Value:
        return self.interp.import_path(self.path)

    def _known_inputs(self, _interp: Interp) -> dict[str, LockedInput]:
        return self.lock.inputs

    def every_input(self) -> dict[str, LockedInput]:
        """Those of the lock, and those that only flake.nix names."""
        inputs = dict(self.lock.inputs)
        for name, locked in declared_inputs(self.attrs).items():
            inputs.setdefault(name, locked)
        return inputs

    def _call_outputs(self) -> Value:
        function = get(self.attrs, "outputs")
        if function is MISSING:
            raise NixError("flake.nix has no attribute 'outputs'")
        self_value: Lazy = delayed(lambda: self._self(outputs, inputs))
        context = InputContext(self.interp, self.lock, self._in_store, self.root)
        known = self.every_input()
        for name in _formal_names(function):
            if name not in known and name != "self":
                known[name] = LockedInput(name, {}, {"type": "indirect", "id": name})
        inputs = Attrs({**input_values(context, known), "self": self_value})
        outputs: Lazy = delayed(lambda: call(function, inputs))
        return force(outputs)

    def _self(self, outputs: Lazy, inputs: Attrs) -> Value:
        made = force(outputs)
        path = store.shown_path(self.root)
        own: dict[str, Lazy] = {
            "_type": "flake",
            "outPath": ContextString(path, frozenset((path,))),
            "inputs": Attrs({name: lazy for name, lazy in inputs.items() if name != "self"}),
            "outputs": outputs,
            "sourceInfo": Attrs({"outPath": ContextString(path, frozenset((path,)))}),
        }
        rest = Unknown("self", _VERSION)
        if isinstance(made, OpenAttrs):
            return OpenAttrs({**made, **own}, made.rest, made.positions, made.absent)
        if isinstance(made, Unknown):
            return OpenAttrs(own, made)
        attrs = expect_attrs(made)
        return OpenAttrs({**attrs, **own}, rest, attrs.positions, AllBut(_VERSION_NAMES))

    def configurations(self, kind: str) -> Outputs:
        """`homeConfigurations`, `nixosConfigurations` and so on, item by item."""
        found = self._items((kind,))
        if kind != HOME_OUTPUTS:
            return found
        seen = {item.name for item in found.items}
        more = [item for item in self._homes_by_system() if item.name not in seen]
        # The first system that has a home of that name stands for all.
        items = {item.name: item for item in reversed((*found.items, *more))}
        ordered = tuple(sorted(items.values(), key=lambda item: item.name))
        return Outputs(ordered, found.unknown, found.error)

    def configuration(self, path: str) -> Configuration | None:
        """The builder's call behind an output, by its attribute path."""
        for kind in CONFIGURATION_OUTPUTS:
            for item in self.configurations(kind).items:
                if item.path == path:
                    return item.configuration
        return None

    def sites_of(self, path: str) -> list[Site]:
        """What makes an output: the attributes on the way to it, and the builder's modules.

        Only places in the repository itself; if there is none it is the function `outputs`.
        """
        found: list[Site] = []
        try:
            value = self.outputs
            for name in split_attrpath(path):
                if not isinstance(value, Attrs):
                    break
                site = value.positions.get(name)
                if site is not None:
                    found.append(site)
                value = get(value, name)
            if isinstance(value, ConfigurationAttrs) and value.configuration.modules_site:
                found.append(value.configuration.modules_site)
            found = [
                site for site in found if self.files.is_inside(store.disk_path(site.unit.path))
            ]
            if not found:
                found += filter(None, [self.attrs.positions.get("outputs")])
        except (NixError, Unknowable):
            pass
        return found

    def home_of(self, user: str) -> Output | None:
        """A standalone home that the flake builds, one of the user's where there is any."""
        found = [item for item in self.configurations(HOME_OUTPUTS).items if item.configuration]
        own = (item for item in found if item.name.partition("@")[0] == user)
        return next(own, found[0] if found else None)

    def _homes_by_system(self) -> list[Output]:
        """`legacyPackages.<system>.homeConfigurations`, where home-manager looks too."""
        found: list[Output] = []
        for system in _SYSTEMS:
            path = ("legacyPackages", system, HOME_OUTPUTS)
            found.extend(self._items(path).items)
        return found

    def _items(self, path: tuple[str, ...]) -> Outputs:
        try:
            value = self.outputs
            for name in path:
                if isinstance(value, Unknown):
                    return Outputs(unknown=value)
                value = get(expect_attrs(value), name)
                if value is MISSING:
                    return Outputs()
            if isinstance(value, Unknown):
                return Outputs(unknown=value)
            attrs = expect_attrs(value)
        except NixError as error:
            return Outputs(error=error)
        except Unknowable as stop:
            return Outputs(unknown=stop.unknown)
        rest = attrs.rest if isinstance(attrs, OpenAttrs) else None
        prefix = ".".join(path)
        return Outputs(tuple(_output(attrs, name, prefix) for name in sorted_names(attrs)), rest)


def _output(attrs: Attrs, name: str, prefix: str) -> Output:
    site = attrs.positions.get(name)
    path = f"{prefix}.{quote_attribute(name)}"
    try:
        value = get(attrs, name)
    except NixError as error:
        return Output(name, path, None, error=error, site=site)
    if isinstance(value, ConfigurationAttrs):
        return Output(name, path, value.configuration, site=site)
    if isinstance(value, Unknown):
        return Output(name, path, None, value, site=site)
    cause = Cause("foreign-builder", "the output is not made by a builder that is known here")
    return Output(name, path, None, Unknown(name, cause), site=site)


def _formal_names(function: Value) -> list[str]:
    from hmls.lang.functions import function_args

    return list(function_args(function))


_OF_REGISTRY = re.compile(r"(flake:)?[A-Za-z][\w-]*(/[\w./-]+)?")
"""`nixpkgs`, `nixpkgs/nixos-unstable`: by a name of the registry. Source: nix flakeref.cc."""
_IN_FLAKE = re.compile(r"(path:)?\./")
"""The url of an input that is a folder of the flake itself."""


def declared_inputs(attrs: Attrs) -> dict[str, LockedInput]:
    """The `inputs` of flake.nix: name → what its url says. Raises NixError."""
    declared = get(attrs, "inputs")
    if not isinstance(declared, Attrs):
        return {}
    found: dict[str, LockedInput] = {}
    for name in declared:
        value = get(declared, name)
        if not isinstance(value, Attrs):
            continue
        url = get(value, "url")
        is_flake = get(value, "flake") is not False
        original = {"url": url} if isinstance(url, str) else {"type": "indirect", "id": name}
        if isinstance(url, str) and _OF_REGISTRY.fullmatch(url):
            original = {"type": "indirect", "id": url.removeprefix("flake:").partition("/")[0]}
        if isinstance(url, str) and _IN_FLAKE.match(url):
            folder = {"type": "path", "path": url.removeprefix("path:")}
            found[name] = LockedInput(name, folder, original, {}, is_flake, parent=[])
        else:
            found[name] = LockedInput(name, {}, original, {}, is_flake)
    return found
