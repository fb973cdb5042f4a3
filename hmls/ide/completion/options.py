"""Completion of Home Manager's options and of the values that their types list."""

from __future__ import annotations

import os
from collections import Counter

from hmls.catalog.lookup import Found, names_at, option_at, values_at
from hmls.catalog.table import bundled
from hmls.homes.repository import Repository
from hmls.ide.completion.item import Item
from hmls.ide.completion.place import CompletionPlace, without_marker
from hmls.lang.show import quote
from hmls.lang.values import is_identifier
from hmls.syntax.cursor import BindingName, Selection, Variable, value_of
from hmls.syntax.parse import node_at

_USERS = ("home-manager", "users")


def complete_options(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """Options at the cursor, or values if the cursor is where the value of one is written."""
    context = place.context
    match context:
        case BindingName() if context.is_anchored and context.section != "options":
            return _names(repository, path, _clean(context.path[:-1]), place)
        case Selection() if context.path[0] == "config":
            return _names(repository, path, _clean(context.path[1:-1]), place)
        case Variable():
            return _values(repository, path, place)
    return []


def _clean(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(without_marker(name) for name in path)


def _home_path(repository: Repository, file: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
    """A path of options in a file as one of a home's, None where it is a system's."""
    if path[:2] == _USERS:
        return path[3:] if len(path) > 2 else None
    layout = repository.layout
    folders = [layout.system_modules, *layout.systems.values()]
    if any(folder is not None and file.startswith(folder + os.sep) for folder in folders):
        return None
    return None if os.path.basename(file) == "flake.nix" else path


def _names(
    repository: Repository, file: str, parent: tuple[str, ...], place: CompletionPlace
) -> list[Item]:
    home_path = _home_path(repository, file, parent)
    if home_path is None:
        return []
    used, own = _in_repository(repository, home_path)
    known = {found.name: found for found in names_at(bundled(), home_path)}
    for name, is_option in own.items():
        known.setdefault(name, Found(name, is_option))
    ordered = sorted(known.values(), key=lambda found: (-used[found.name], found.name))
    return [_item(found, (*home_path, found.name), place) for found in ordered]


def _in_repository(
    repository: Repository, parent: tuple[str, ...]
) -> tuple[Counter[str], dict[str, bool]]:
    """How often names below a path are defined, and which the repository declares."""
    used: Counter[str] = Counter()
    own: dict[str, bool] = {}
    depth = len(parent)
    for file in repository.index.paths:
        for defined in repository.index[file].defined:
            if len(defined.path) <= depth or defined.path[:depth] != parent:
                continue
            name = defined.path[depth]
            if defined.declares:
                is_option = len(defined.path) == depth + 1
                own[name] = own.get(name, False) or is_option
            else:
                used[name] += 1
    return used, own


def _item(found: Found, path: tuple[str, ...], place: CompletionPlace) -> Item:
    text = found.name if is_identifier(found.name) else quote(found.name)
    lines = [f"`{'.'.join(path)}`"]
    if found.type:
        lines.append(f"Type: {found.type}")
    if found.default is not None:
        lines.append(f"Default: `{found.default}`")
    if found.declared is not None:
        lines.append(f"Declared in {found.declared} of {bundled().label}")
    detail = found.type if found.is_option else "options"
    return Item(found.name, "option", text, place.start, place.end, detail, "\n\n".join(lines))


def _values(repository: Repository, file: str, place: CompletionPlace) -> list[Item]:
    node = node_at(place.source, place.start + 1)
    path = value_of(node)
    if path is None and node.parent is not None:
        path = value_of(node.parent)
    home_path = None if path is None else _home_path(repository, file, _clean(path))
    if not home_path:
        return []
    option = option_at(bundled(), home_path)
    detail = "" if option is None else option.type
    return [
        Item(value, "value", value, place.start, place.end, detail)
        for value in values_at(bundled(), home_path)
    ]
