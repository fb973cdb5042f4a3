"""Where homes, systems and shared modules lie. The kinds of layouts are rows of data.

A template is a path below the flake root; `{user}`, `{host}` and `{system}` stand for names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from hmls.homes.files import FlakeReader
from hmls.lang.errors import Unknowable
from hmls.lang.interp import ReadFailed

LayerKind = Literal["base", "global", "host", "droid"]


Shared = Literal["default or all", "all", "default", "none"]


@dataclass(frozen=True, slots=True)
class LayerTemplate:
    """Where layers of one kind lie: a folder, and the file in it that is the module."""

    kind: LayerKind
    path: str


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """One way in which repositories are laid out. The first templates of a kind come first."""

    name: str
    layers: tuple[LayerTemplate, ...]
    systems: tuple[str, ...] = ()
    home_modules: tuple[str, ...] = ()
    system_modules: tuple[str, ...] = ()
    shared: Shared = "default or all"
    """Which modules of the folder are part of every home, without the flake saying so."""
    host_layers_stand_alone: bool = False
    """Whether `<user>@<host>` is a standalone home too, so that the host need not exist."""
    needs_entry: bool = False
    """Whether a folder without the module is no layer, because other things lie there too."""
    fits_anything: bool = False
    """Whether only a base layer of the user or a system of the host shows that it is a layer."""


def homes_in(folder: str) -> LayoutRow:
    """The layout with homes in a folder such as `nix/homes`, and the rest beside it."""
    prefix = folder.rpartition("/")[0]
    prefix, folder, name = f"{prefix}/" if prefix else "", f"{folder}/", folder
    return LayoutRow(
        name,
        (
            LayerTemplate("global", f"{folder}{{user}}@global/default.nix"),
            LayerTemplate("droid", f"{folder}{{user}}@droid/default.nix"),
            LayerTemplate("host", f"{folder}{{user}}@{{host}}/default.nix"),
            LayerTemplate("base", f"{folder}{{user}}/default.nix"),
        ),
        (f"{prefix}systems/{{host}}",),
        (f"{prefix}modules/home",),
        (f"{prefix}modules/nixos",),
    )


_SNOWFALL = LayoutRow(
    "snowfall",
    (
        LayerTemplate("host", "homes/{system}/{user}@{host}/default.nix"),
        LayerTemplate("base", "homes/{system}/{user}/default.nix"),
    ),
    ("systems/{system}/{host}",),
    ("modules/home",),
    ("modules/nixos",),
    shared="all",
    host_layers_stand_alone=True,
)
_EZ_CONFIGS = LayoutRow(
    "ez-configs",
    (
        LayerTemplate("host", "home-configurations/{user}@{host}/default.nix"),
        LayerTemplate("host", "home-configurations/{user}@{host}.nix"),
        LayerTemplate("base", "home-configurations/{user}/default.nix"),
        LayerTemplate("base", "home-configurations/{user}.nix"),
    ),
    ("nixos-configurations/{host}", "darwin-configurations/{host}"),
    ("home-modules",),
    ("nixos-modules",),
    shared="default",
    host_layers_stand_alone=True,
)
_BLUEPRINT = LayoutRow(
    "blueprint",
    (
        LayerTemplate("host", "hosts/{host}/users/{user}/home-configuration.nix"),
        LayerTemplate("host", "hosts/{host}/users/{user}.nix"),
    ),
    ("hosts/{host}",),
    ("modules/home",),
    ("modules/nixos",),
    shared="none",
    host_layers_stand_alone=True,
    needs_entry=True,
)
_HOME_USER_HOST = LayoutRow(
    "home/<user>/<host>.nix",
    (
        LayerTemplate("base", "home/{user}/global/default.nix"),
        LayerTemplate("host", "home/{user}/{host}.nix"),
    ),
    ("hosts/{host}",),
    ("modules/home-manager",),
    ("modules/nixos",),
    shared="none",
    host_layers_stand_alone=True,
    fits_anything=True,
)
LAYOUTS = (
    _SNOWFALL, homes_in("homes"), homes_in("nix/homes"), _EZ_CONFIGS, _BLUEPRINT, _HOME_USER_HOST,
)  # fmt: skip
"""The first row of which a repository has any layer is its layout."""


_SYSTEM_ENTRIES = (
    "default.nix", "configuration.nix", "darwin-configuration.nix", "system-configuration.nix",
)  # fmt: skip
"""A folder beside the systems without any of these holds what they share."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A folder that holds a part of a user's home."""

    kind: LayerKind
    user: str
    host: str | None
    folder: str
    entry: str
    """The file that is the module; `has_entry` says whether it is there."""
    has_entry: bool
    system: str | None = None
    """The system double, where the layout has it in the path."""

    @property
    def name(self) -> str:
        """As the folder is called: `alice`, `alice@global`, `alice@workstation`."""
        suffix = self.host if self.kind == "host" else None if self.kind == "base" else self.kind
        return self.user if suffix is None else f"{self.user}@{suffix}"


@dataclass(frozen=True)
class Layout:
    """What lies where in one flake. Paths are absolute."""

    row: LayoutRow | None = None
    layers: tuple[Layer, ...] = ()
    systems: dict[str, str] = field(default_factory=dict)
    """Host → folder."""
    home_modules: str | None = None
    system_modules: str | None = None
    problems: tuple[str, ...] = ()

    def layer_of(self, path: str) -> Layer | None:
        """The layer that a file lies in; the innermost where folders nest."""
        found = [
            layer
            for layer in self.layers
            if path == layer.folder or path.startswith(layer.folder + os.sep)
        ]
        return max(found, key=lambda layer: len(layer.folder)) if found else None

    def find(self, user: str, kind: LayerKind, host: str | None = None) -> Layer | None:
        for layer in self.layers:
            if layer.user == user and layer.kind == kind and layer.host == host:
                return layer
        return None

    @property
    def users(self) -> list[str]:
        return sorted({layer.user for layer in self.layers})

    def folders_of(self, user: str) -> list[str]:
        """Folders that are called as a user and hold their layers: `home/alice` of `desk.nix`."""
        around = {os.path.dirname(layer.folder) for layer in self.layers if layer.user == user}
        return sorted(folder for folder in around if os.path.basename(folder) == user)


def read_layout(root: str, reader: FlakeReader, rows: tuple[LayoutRow, ...] = LAYOUTS) -> Layout:
    """The layout of the first row that any layer matches, else one without layers.

    Folders that only look like layers, without a module in them, count last.
    """
    tree = _Tree(root, reader)
    found = [(row, layers) for row in rows if (layers := _layers(tree, row))]
    found.sort(key=lambda pair: not any(layer.has_entry for layer in pair[1]))
    if found:
        return _complete(tree, *found[0])
    for row in rows:
        # Systems and modules may be there before the first home is.
        layout = _complete(tree, row, ())
        if (
            layout.systems
            or layout.home_modules
            or tree.is_folder(row.layers[0].path.split("/")[0])
        ):
            return layout
    return Layout(problems=tuple(tree.problems))


def is_layout_folder(root: str) -> bool:
    """Whether a folder with a flake.nix holds homes in one of the known ways, or says where."""
    return os.path.isfile(os.path.join(root, "hmls.toml")) or any(
        os.path.isdir(os.path.join(root, template.path.split("{", 1)[0]))
        for row in LAYOUTS
        for template in row.layers
    )


def _complete(tree: _Tree, row: LayoutRow, layers: tuple[Layer, ...]) -> Layout:
    systems: dict[str, str] = {}
    for template in row.systems:
        for names, path in tree.matching(template):
            if any(tree.kind(os.path.join(path, entry)) == "regular" for entry in _SYSTEM_ENTRIES):
                systems.setdefault(names["host"], path)
    return Layout(
        row,
        layers,
        systems,
        tree.first_folder(row.home_modules),
        tree.first_folder(row.system_modules),
        tuple(tree.problems),
    )


def _layers(tree: _Tree, row: LayoutRow) -> tuple[Layer, ...]:
    found: dict[str, Layer] = {}
    for template in row.layers:
        folder_template, _, entry_name = template.path.rpartition("/")
        in_folder = "{" not in entry_name
        for names, path in tree.matching(folder_template if in_folder else template.path):
            folder = path if in_folder else os.path.dirname(path)
            key = folder if in_folder else path
            if not in_folder and os.path.basename(path) == "default.nix":
                continue  # It is what imports the others.
            if key in found or tree.kind(path) != ("directory" if in_folder else "regular"):
                continue
            entry = os.path.join(path, entry_name) if in_folder else path
            found[key] = Layer(
                template.kind,
                names["user"],
                names.get("host"),
                key,
                entry,
                tree.kind(entry) == "regular",
                names.get("system"),
            )
    layers = [layer for layer in found.values() if layer.has_entry or not row.needs_entry]
    if row.fits_anything:
        based = {layer.user for layer in layers if layer.kind == "base"}
        hosts = {names["host"] for template in row.systems for names, _ in tree.matching(template)}
        layers = [layer for layer in layers if layer.user in based or layer.host in hosts]
        layers = _without_parts(layers, hosts, tree.text("flake.nix"))
    return tuple(sorted(layers, key=lambda layer: (layer.user, layer.folder)))


def _without_parts(layers: list[Layer], hosts: set[str], flake: str) -> list[Layer]:
    """Without the files of a user that lie beside the layers and are imported by them.

    A layer is for a host that has a system, or flake.nix says its name or its path. Where that
    is so of none of a user's, nobody can tell.
    """

    def is_told(layer: Layer) -> bool:
        names = (f"{layer.user}@{layer.host}", f"{layer.user}/{layer.host}.nix")
        return layer.host in hosts or any(name in flake for name in names)

    told = {layer.user for layer in layers if layer.kind == "host" and is_told(layer)}
    return [
        layer
        for layer in layers
        if layer.kind != "host" or layer.user not in told or is_told(layer)
    ]


class _Tree:
    """The folders below a root, as far as templates ask for them."""

    def __init__(self, root: str, reader: FlakeReader) -> None:
        self.root = root
        self.reader = reader
        self.problems: list[str] = []

    def kind(self, path: str) -> str | None:
        """`directory` or `regular` of what a path leads to."""
        try:
            return self.reader.kind(self.reader.resolve(path))
        except (ReadFailed, Unknowable):
            return None

    def text(self, relative: str) -> str:
        """That of a file below the root; empty where it cannot be read."""
        try:
            return self.reader.read(os.path.join(self.root, relative)).decode("utf-8", "replace")
        except (ReadFailed, Unknowable):
            return ""

    def is_folder(self, relative: str) -> bool:
        return self.kind(os.path.join(self.root, *relative.split("/"))) == "directory"

    def first_folder(self, candidates: tuple[str, ...]) -> str | None:
        for relative in candidates:
            if self.is_folder(relative):
                return os.path.join(self.root, *relative.split("/"))
        return None

    def matching(self, template: str) -> Iterator[tuple[dict[str, str], str]]:
        """(names in the template, path) of everything that the template fits."""
        yield from self._below(self.root, template.split("/"), {})

    def _below(
        self, folder: str, parts: list[str], names: dict[str, str]
    ) -> Iterator[tuple[dict[str, str], str]]:
        part, rest = parts[0], parts[1:]
        if "{" not in part:
            path = os.path.join(folder, part)
            if not rest:
                if self.kind(path) is not None:
                    yield names, path
            elif self.kind(path) == "directory":
                yield from self._below(path, rest, names)
            return
        pattern = _pattern(part)
        for name in self._list(folder):
            match = pattern.fullmatch(name)
            if match is None:
                continue
            path = os.path.join(folder, name)
            found = {**names, **match.groupdict()}
            if not rest:
                yield found, path
            elif self.kind(path) == "directory":
                yield from self._below(path, rest, found)

    def _list(self, folder: str) -> list[str]:
        try:
            return sorted(self.reader.read_directory(folder))
        except ReadFailed as failed:
            if self.kind(folder) is not None:
                self.problems.append(str(failed))
            return []


@cache
def _pattern(part: str) -> re.Pattern[str]:
    """One part of a template as a pattern."""
    pieces = re.split(r"\{(\w+)\}", part)
    out = ""
    for index, piece in enumerate(pieces):
        out += f"(?P<{piece}>{_NAMES[piece]})" if index % 2 else re.escape(piece)
    return re.compile(out, re.DOTALL)


_SYSTEM = r"(?:x86_64|i686|aarch64|armv6l|armv7l|riscv64|powerpc64le)-[a-z0-9-]+"
_NAMES = {"system": _SYSTEM, "user": rf"(?!{_SYSTEM}\Z)[^@]+", "host": rf"(?!{_SYSTEM}\Z).+"}
"""What a name in a template may be: a user's has no `@`, neither looks like a system double."""
