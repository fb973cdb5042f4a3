"""Completion of the names of options, wherever one is defined or read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hmls.catalog.lookup import Found
from hmls.catalog.packages import well_known
from hmls.catalog.table import Table
from hmls.homes.gathered import DefinedNames
from hmls.homes.offered import is_awaited, offered_names, offered_option, tables_for, takes_any_name
from hmls.homes.repository import Repository, Space
from hmls.ide.completion.item import Item
from hmls.ide.guessed_space import guessed_space
from hmls.ide.option_text import about_option, dotted
from hmls.ide.place import CompletionPlace, without_marker
from hmls.ide.subject import OPTION_ATTRIBUTES, SettingName, in_home, inside_of, setting_of
from hmls.lang.values import quote_attribute
from hmls.syntax.cursor import BindingName, Context, Selection, Span, Variable
from hmls.syntax.parse import node_at
from hmls.syntax.scopes import find_binder, root_path, withs_at

_FLAKE = "flake.nix"
Usage = Counter[str]


def complete_options(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """The options and groups of options at the cursor, those most used here first."""
    context = place.context
    match context:
        case BindingName(is_anchored=True, section=section) if section != "options":
            found = setting_of(repository, path, context)
            if found is None and not path.endswith(_FLAKE):
                found = in_home(context.path, guessed_space(repository, path), context.span)
        case BindingName(inside=tuple() as inside) if context.section != "options":
            found = inside_of(repository, path, inside, context.span)
        case Selection(path=selected) | Variable(path=tuple() as selected):
            found = setting_of(repository, path, context)
            if found is None and selected[0] == "config" and len(selected) > 1:
                space = guessed_space(repository, path)
                found = in_home(selected[1:], space, context.span)
        case _:
            found = None
    if found is not None:
        names = _names(repository, path, _clean(found.path[:-1]), found.space, place)
        return [
            *names,
            *_of_modules(context, place),
            *_of_declaration(repository, path, found, place),
        ]
    return _after_with(repository, path, place, context)


_OF_MODULES = {
    "imports": "the modules that this one needs",
    "config": "the definitions of a module that declares options too",
    "options": "the options that a module declares",
    "disabledModules": "modules that are not to be loaded",
    "_module": "the module system's own options",
}


def _of_modules(context: Context, place: CompletionPlace) -> list[Item]:
    """What every module has at its top."""
    match context:
        case BindingName(path=(_,), is_anchored=True, section=None):
            is_top = True
        case _:
            is_top = False
    return [
        Item(name, "option", name, place.start, place.end, detail)
        for name, detail in _OF_MODULES.items()
        if is_top
    ]


def _of_declaration(
    repository: Repository, path: str, found: SettingName, place: CompletionPlace
) -> list[Item]:
    """What an option itself has: `options.programs.git.enable.|`."""
    context = place.context
    if not isinstance(context, Selection) or context.path[0] != "options":
        return []
    option = offered_option(tables_for(repository, path, found.space), _clean(found.path[:-1]))
    return [
        Item(name, "option", name, place.start, place.end, "of an option")
        for name in OPTION_ATTRIBUTES
        if option is not None
    ]


def _clean(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(without_marker(name) for name in path)


def _after_with(
    repository: Repository, path: str, place: CompletionPlace, context: Context
) -> list[Item]:
    """`with config.programs; g…`, and `with config.programs; git.e…`."""
    if not isinstance(context, Selection | Variable):
        return []
    names = _clean(context.path[:-1]) if isinstance(context, Selection) else ()
    if names and find_binder(names[0], node_at(place.source, place.start + 1)) is not None:
        return []
    for scope in withs_at(node_at(place.source, place.start + 1)):
        selected = root_path(scope)
        if selected is None:
            continue
        whole = (*selected, *names, place.typed or "x")
        span = Span(place.start, place.end)
        found = setting_of(repository, path, Selection(whole, whole, span, span))
        if found is not None:
            return _names(repository, path, found.path[:-1], found.space, place)
    return []


def _names(
    repository: Repository,
    file: str,
    parent: tuple[str, ...],
    space: Space,
    place: CompletionPlace,
) -> list[Item]:
    tables = tables_for(repository, file, space)
    known = offered_names(tables, parent)
    used, declared = _in_repository(repository, file, parent)
    extra = [*declared]
    if takes_any_name(tables, parent):
        extra += [name for name in used if name != place.typed]
    items = [(name, _item(found, table, parent, place)) for name, (found, table) in known.items()]
    items += [
        (name, Item(name, "option", quote_attribute(name), place.start, place.end, "in this flake"))
        for name in dict.fromkeys(extra)
        if name not in known
    ]
    here = _set_here(repository, file, parent) - {place.typed}
    rank = _WELL_KNOWN if parent in _PROGRAMS else {}
    items.sort(key=lambda pair: (pair[0] in here, -used[pair[0]], rank.get(pair[0], 9999), pair[0]))
    found = [item for _, item in items]
    if found and is_awaited(repository, file, space):
        found[0] = found[0]._replace(narrows=True)
    return found


_PROGRAMS = (("programs",), ("services",))
_WELL_KNOWN = {name: place for place, name in enumerate(well_known())}
"""The order of those that nobody here uses yet."""


def _set_here(repository: Repository, file: str, parent: tuple[str, ...]) -> set[str]:
    """The options that a file gives a value already, as a whole."""
    if file not in repository.index.path_set:
        return set()
    return {
        defined.path[-1]
        for defined in repository.index[file].defined
        if defined.is_leaf and defined.path[:-1] == parent and not defined.declares
    }


_NEAR = 1_000
"""What a use in the same layer counts, for the order."""


def _in_repository(
    repository: Repository, file: str, parent: tuple[str, ...]
) -> tuple[Usage, dict[str, None]]:
    """How much names below a path are used, those of the file's layer first; and the declared."""
    below = DefinedNames.of(repository.index).below(parent)
    used: Usage = Counter({name: found.used for name, found in below.items() if found.used})
    declared = dict.fromkeys(name for name, found in below.items() if found.declared)
    depth = len(parent)
    for path in _near(repository, file):
        for defined in repository.index[path].defined:
            whole = defined.path
            if len(whole) > depth and whole[:depth] == parent and not defined.declares:
                used[whole[depth]] += _NEAR - 1
    return used, declared


def _near(repository: Repository, file: str) -> list[str]:
    """The files of the same layer."""
    layer = repository.layout.layer_of(file)
    if layer is None:
        return [file] if file in repository.index.path_set else []
    layer_of = repository.layout.layer_of
    return [
        path
        for path in repository.index.paths
        if path.startswith(layer.folder) and layer_of(path) == layer
    ]


def _item(found: Found, table: Table, parent: tuple[str, ...], place: CompletionPlace) -> Item:
    return Item(
        found.name,
        "option",
        quote_attribute(found.name),
        place.start,
        place.end,
        found.type if found.is_option else "options",
        explain=_explained(found, table, (*parent, found.name)) if found.is_option else None,
        is_group=not found.is_option,
    )


def _explained(found: Found, table: Table, path: tuple[str, ...]) -> Callable[[], str]:
    def explain() -> str:
        head = f"`{dotted(path)}` · {found.type}"
        return "\n\n".join((head, *about_option(found, table)))

    return explain
