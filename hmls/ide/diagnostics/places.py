"""Where a problem of a whole file or layer is shown, and where in the sources it stands."""

from __future__ import annotations

import os

from hmls.homes.layout import Layer
from hmls.homes.repository import Repository
from hmls.ide.types import Place
from hmls.lang import store
from hmls.lang.values import Site
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node, Source, named_at


def first_line_end(text: bytes) -> int:
    """Where the first line of a text ends."""
    end = text.find(b"\n")
    return len(text) if end < 0 else end


def place_of(repository: Repository, site: Site | None) -> Place | None:
    """The place on disk of a site, if it lies in one of the flake's own files."""
    if site is None:
        return None
    path = store.disk_path(site.unit.path)
    if not path.endswith(".nix") or not path.startswith(repository.root + os.sep):
        return None
    return Place(path, site.start, site.end)


def first_file(repository: Repository, layer: Layer) -> str | None:
    """The file that stands for a layer: its default.nix, else the first one in it."""
    if layer.has_entry:
        return layer.entry
    for path in repository.index.paths:
        if path.startswith(layer.folder + os.sep):
            return path
    return None


def binding_range(source: Source, start: int, end: int) -> tuple[int, int]:
    """The attribute path of a binding that stands at a range; for anything else the range."""
    node: Node | None = named_at(source, start, end)
    while node is not None and node.start_byte >= start:
        value = node.child_by_field_id(Field.EXPRESSION)
        if node.kind_id == Kind.BINDING and value is not None and value.end_byte <= end:
            attrpath = node.child_by_field_id(Field.ATTRPATH)
            if attrpath is not None:
                return attrpath.start_byte, attrpath.end_byte
        node = node.parent
    return start, end
