"""Completion in `imports`: the repository's modules, and those that inputs offer."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hmls.homes.repository import Repository, Space
from hmls.homes.written import attribute_value
from hmls.ide.completion.item import Item
from hmls.ide.place import CompletionPlace
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import force
from hmls.lang.values import Attrs, quote_attribute
from hmls.syntax.cursor import Variable
from hmls.syntax.kinds import Kind
from hmls.syntax.parse import Node, node_at

_OFFERED: dict[Space, tuple[str, ...]] = {
    "home": ("homeManagerModules", "homeModules"),
    "system": ("nixosModules", "darwinModules"),
}


def complete_imports(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """Modules for an item of a list of imports; none elsewhere."""
    if not isinstance(place.context, Variable):
        return []
    if not _is_import(node_at(place.source, place.start + 1)):
        return []
    space = _space(repository, path)
    return [
        *_files(repository, path, space, place),
        *_of_inputs(repository, path, space, place),
    ]


def _is_import(node: Node) -> bool:
    """Whether a node is an item of the list that `imports` is, or a part of that list."""
    outer = node.parent
    while outer is not None and outer.kind_id in (Kind.VARIABLE, Kind.PARENTHESIZED):
        outer = outer.parent
    if outer is None or outer.kind_id != Kind.LIST:
        return False
    while outer is not None and outer.kind_id in (Kind.LIST, Kind.BINARY, Kind.PARENTHESIZED):
        outer = outer.parent
    if outer is None or outer.kind_id != Kind.BINDING:
        return False
    text = outer.text or b""
    return text.partition(b"=")[0].rstrip().endswith(b"imports")


def _space(repository: Repository, path: str) -> Space:
    layout = repository.layout
    folders = [layout.system_modules, *layout.systems.values()]
    inside = any(folder is not None and path.startswith(folder + os.sep) for folder in folders)
    return "system" if inside else "home"


def _files(
    repository: Repository, path: str, space: Space, place: CompletionPlace
) -> Iterator[Item]:
    """Files beside this one first, then the shared modules of its kind."""
    here = os.path.dirname(path)
    layout = repository.layout
    shared = layout.home_modules if space == "home" else layout.system_modules
    near: list[str] = []
    far: list[str] = []
    for file in repository.index.paths:
        if file == path or file == repository.flake.path:
            continue
        target = os.path.dirname(file) if os.path.basename(file) == "default.nix" else file
        if target == here:
            continue
        if target.startswith(here + os.sep):
            near.append(target)
        elif shared is not None and f"{target}/".startswith(f"{shared}/"):
            far.append(target)
    for targets in (near, far):
        for target in sorted(targets):
            written = os.path.relpath(target, here).replace(os.sep, "/")
            written = written if written.startswith("../") else f"./{written}"
            if "@" in written or " " in written:
                continue
            yield Item(
                written,
                "file",
                written,
                place.start,
                place.end,
                "module of this flake",
            )


def _of_inputs(
    repository: Repository, path: str, space: Space, place: CompletionPlace
) -> Iterator[Item]:
    for name in repository.flake.lock.inputs:
        value = attribute_value(repository, path, ("inputs", name))
        for output in _OFFERED[space]:
            modules = _attribute(value, output)
            for module in modules or ():
                written = f"inputs.{quote_attribute(name)}.{output}.{quote_attribute(module)}"
                yield Item(
                    written,
                    "variable",
                    written,
                    place.start,
                    place.end,
                    f"module of {name}",
                )


def _attribute(value: object, name: str) -> Attrs | None:
    if not isinstance(value, Attrs) or name not in value:
        return None
    try:
        found = force(value[name])
    except (NixError, Unknowable):
        return None
    return found if isinstance(found, Attrs) else None
