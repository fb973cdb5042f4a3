"""Where a user says that things lie: `hmls.layout` of the editor, over the flake's hmls.toml."""

from __future__ import annotations

import os
from dataclasses import fields, replace

from hmls.config import LayoutSettings, Settings, read_toml
from hmls.homes.files import FlakeReader
from hmls.homes.layout import LAYOUTS, LayoutRow, homes_in
from hmls.lang.errors import Unknowable
from hmls.lang.interp import ReadFailed

FILE = "hmls.toml"


def rows_of(root: str, reader: FlakeReader, client: LayoutSettings) -> tuple[LayoutRow, ...]:
    """The layouts to look for: those that are known, with what the user has set put into them."""
    return _rows(_over(client, _of_repository(root, reader)))


def _of_repository(root: str, reader: FlakeReader) -> LayoutSettings:
    """The layout that a repository's hmls.toml gives; an unreadable one gives none."""
    try:
        text = reader.read(os.path.join(root, FILE)).decode("utf-8", "replace")
    except (ReadFailed, Unknowable):
        return LayoutSettings()
    return read_toml(text, Settings()).settings.layout


def _over(client: LayoutSettings, repository: LayoutSettings) -> LayoutSettings:
    names = [field.name for field in fields(LayoutSettings)]
    chosen = {name: getattr(client, name) or getattr(repository, name) for name in names}
    return LayoutSettings(**chosen)


def _rows(layout: LayoutSettings) -> tuple[LayoutRow, ...]:
    homes, systems, modules = map(_folder, (layout.homes, layout.systems, layout.home_modules))
    rows: tuple[LayoutRow, ...] = LAYOUTS if homes is None else (homes_in(homes), *LAYOUTS)
    if systems is not None:
        rows = tuple(replace(row, systems=(f"{systems}/{{host}}",)) for row in rows)
    if modules is not None:
        rows = tuple(replace(row, home_modules=(modules,)) for row in rows)
    return rows


def _folder(text: str) -> str | None:
    """A folder below the flake root; None for any other text, which a template could not hold."""
    parts = [part for part in text.replace(os.sep, "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts or set(text) & set("{}\0"):
        return None
    return "/".join(parts)
