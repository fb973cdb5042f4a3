"""An option as its declaration describes it, where no value exists and beside one."""

from __future__ import annotations

from hmls.catalog.lookup import Found, option_at
from hmls.catalog.table import Table
from hmls.homes.offered import (
    declared_in,
    is_own,
    moved_option,
    offered_names,
    offered_option,
    tables_for,
)
from hmls.homes.repository import Repository
from hmls.ide.hover.text import Link, Parts, code, escape
from hmls.ide.line_place import line_place
from hmls.ide.option_text import about_moved, about_option, dotted
from hmls.ide.setting_places import declarations_of
from hmls.ide.subject import OptionName, SettingName

_MAX_PLACES = 3
_MAX_NAMES = 12
_MAX_TEXT = 400


def about_declaration(repository: Repository, path: str, subject: SettingName) -> Parts | None:
    """The whole of what the catalog knows of a path: an option, a group, or one that moved."""
    tables = tables_for(repository, path, subject.space)
    title = f"**{escape(dotted(subject.path))}**"
    found = offered_option(tables, subject.path)
    if found is not None:
        option, table = found
        return [
            f"{title} · {escape(option.type)}\n\n",
            *(f"{paragraph}\n\n" for paragraph in about_option(option, table)),
            *_places(repository, option, table),
        ]
    moved = moved_option(tables, subject.path)
    if moved is not None:
        return [f"{title}\n\n{about_moved(moved[0])}\n"]
    names = offered_names(tables, subject.path)
    if not names:
        return _of_the_other_kind(repository, title, subject)
    listed = ", ".join(code(name) for name in list(names)[:_MAX_NAMES])
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return [f"{title} · options\n\n{listed}{more}\n"]


def about_loose_option(repository: Repository, path: str, option: OptionName) -> Parts | None:
    """The declaration, as it is written, of an option in a module that nothing loads."""
    parts: Parts = []
    for place in declarations_of(repository, path, option.path, None)[:_MAX_PLACES]:
        source = repository.files.source(place.path)
        if source is None or place.around is None:
            continue
        line = source.lines.line_of(place.start) + 1
        name = place.path.removeprefix(repository.root).lstrip("/")
        text = source.text[slice(*place.around)].decode("utf-8", "replace")
        parts += [f"{code(text, _MAX_TEXT)}\n\n", "declared in "]
        parts += [Link(escape(f"{name}:{line}"), place), "\n\n"]
    if not parts:
        return None
    return [f"**{escape(dotted(option.path))}**\n\n", *parts]


def _of_the_other_kind(repository: Repository, title: str, subject: SettingName) -> Parts | None:
    """An option of NixOS that is set in a home, or one of Home Manager in a system."""
    lock, knowledge = repository.flake.lock, repository.knowledge
    tables: dict[str, Table | None] = {"Home Manager": knowledge.home_table(lock)}
    if subject.space == "home":
        tables = {
            "NixOS": knowledge.system_table(lock),
            "nix-darwin": knowledge.system_table(lock, "darwin"),
        }
    here = "a home" if subject.space == "home" else "a system"
    for whose, table in tables.items():
        found = None if table is None else option_at(table, subject.path)
        if found is not None and table is not None:
            return [
                f"{title} · {escape(found.type)}\n\n",
                f"**this is an option of {whose}**, which {here} does not have\n\n",
                *(f"{paragraph}\n\n" for paragraph in about_option(found, table)),
            ]
    return None


def beside_value(repository: Repository, path: str, subject: SettingName) -> Parts:
    """What a hover that shows values adds of the declaration."""
    tables = tables_for(repository, path, subject.space)
    moved = moved_option(tables, subject.path)
    found = offered_option(tables, subject.path)
    parts: Parts = [] if moved is None else [f"{about_moved(moved[0])}\n\n"]
    if found is not None:
        option, table = found
        paragraphs = list(about_option(option, table))
        if is_own(table):
            # The value came with the description and the place.
            return [*parts, *(f"\n{each}\n" for each in paragraphs[bool(option.description) :])]
        parts += [f"{paragraph}\n\n" for paragraph in paragraphs]
        parts += _places(repository, option, table)
    return parts


def _places(repository: Repository, option: Found, table: Table) -> Parts:
    parts: Parts = []
    for file, line in option.places[:_MAX_PLACES]:
        parts.append("declared in ")
        target = declared_in(repository, table, file)
        place = None if target is None else line_place(repository, target, line)
        name = f"{file}:{line}" if line else file
        if place is None:
            parts.append(f"{code(name)} of {escape(table.label)}\n\n")
        else:
            parts += [Link(escape(name), place), "\n\n"]
    return parts
