"""Completion of packages: behind `pkgs.`, and in lists after `with pkgs;`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from hmls.catalog.packages import Package, Packages
from hmls.homes.package_names import own_packages, packages_of, used_packages
from hmls.homes.repository import Repository
from hmls.ide.completion.formals import complete_formals, is_of_package
from hmls.ide.completion.item import Item
from hmls.ide.completion.members import bound_variables
from hmls.ide.completion.values import wants_package
from hmls.ide.package_text import about
from hmls.ide.place import CompletionPlace, without_marker
from hmls.lang.values import quote_attribute
from hmls.syntax.cursor import Formal, Selection, Variable
from hmls.syntax.kinds import Kind
from hmls.syntax.parse import Node, node_at
from hmls.syntax.scopes import find_binder, root_path, withs_at

_MOST = 150
"""Of packages nobody uses yet: more than that only slows the editor, typing narrows them."""


def complete_packages(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    """The packages of a package set, those used in this repository first."""
    context = place.context
    match context:
        case Selection(path=("pkgs", *inside)):
            outer = tuple(without_marker(name) for name in inside[:-1])
            return _items(repository, outer, place)
        case Variable(path=("pkgs", *inside)) if inside:
            outer = tuple(without_marker(name) for name in inside[:-1])
            return _items(repository, outer, place)
        case Variable():
            return _after_with(repository, path, place)
        case Formal() if is_of_package(repository, path):
            return [*complete_formals(repository, path, place), *_items(repository, (), place)]
        case Selection(path=(first, *_)) if find_binder(first, _node(place)) is None:
            outer = tuple(without_marker(name) for name in context.path[:-1])
            for start in _packages_around(place):
                return _items(repository, (*start, *outer), place)
    return []


def _node(place: CompletionPlace) -> Node:
    return node_at(place.source, place.start + 1)


def _packages_around(place: CompletionPlace) -> Iterator[tuple[str, ...]]:
    """The sets of packages that the names at the cursor may come from by `with`."""
    for environment in withs_at(_node(place)):
        start = root_path(environment)
        if start is not None and start[0] == "pkgs":
            yield start[1:]


def _after_with(repository: Repository, path: str, place: CompletionPlace) -> list[Item]:
    for start in _packages_around(place):
        packages, bound = (
            _items(repository, start, place),
            list(bound_variables(_node(place), place)),
        )
        outer = _node(place).parent
        if outer is not None and outer.kind_id == Kind.VARIABLE:
            outer = outer.parent
        is_element = outer is not None and outer.kind_id == Kind.LIST
        return [*packages, *bound] if is_element else [*bound, *packages]
    if find_binder("pkgs", _node(place)) is None or not wants_package(repository, path, place):
        return []
    return [
        Item("pkgs", "variable", "pkgs", place.start, place.end, "the packages of nixpkgs"),
        *_items(repository, (), place, "pkgs."),
    ]


def _items(
    repository: Repository, outer: tuple[str, ...], place: CompletionPlace, prefix: str = ""
) -> list[Item]:
    packages = packages_of(repository)
    used = used_packages(repository)
    if not outer:
        own = own_packages(repository)
        names = sorted((name for name in used if name != place.typed), key=lambda n: (-used[n], n))
        names += [name for name in own if name not in used]
    else:
        own, names = {}, []
    known, is_cut = ({}, False) if packages is None else _known(packages, outer, place.typed)
    if packages is not None:
        # What is used and not known is a mistake, or comes from an overlay.
        is_known = packages.packages.__contains__
        names = [name for name in names if is_known(name) or name in own or used[name] > 1]
    ordered = dict.fromkeys((*names, *known))
    return [
        _item(
            name,
            None if packages is None else packages.packages.get(".".join((*outer, name))),
            packages,
            name in own,
            place,
            (prefix, outer),
            is_cut,
        )
        for name in ordered
    ]


def _known(packages: Packages, outer: tuple[str, ...], typed: str) -> tuple[list[str], bool]:
    """The packages of a set that what was typed may mean, and whether there are more.

    Those that begin with it come first, of these the shorter ones: they are the main ones. Then
    those that have it, then those that have its letters in their order, as editors compare.
    """
    names = _names_in(packages, outer)
    if not typed:
        return names.sorted[:_MOST], len(names.sorted) > _MOST
    found: dict[str, None] = {}
    word = re.escape(typed.lower())
    in_order = "".join(f"[^\n]*?{re.escape(letter)}" for letter in typed.lower())
    for pattern in (rf"^{word}[^\n]*", rf"^[^\n]*?{word}[^\n]*", rf"^{in_order}[^\n]*"):
        for match in re.finditer(pattern, names.lower, re.MULTILINE):
            for name in names.spelt[match.group()]:
                found[name] = None
            if len(found) > _MOST:
                return list(found)[:_MOST], True
    return list(found), False


class _Names(NamedTuple):
    """The names in a set of packages: in their order, and in lower case by length, one a line."""

    sorted: list[str]
    lower: str
    spelt: dict[str, list[str]]


@lru_cache(maxsize=8)
def _names_in(packages: Packages, outer: tuple[str, ...]) -> _Names:
    start = ".".join((*outer, "")) if outer else ""
    whole = [name[len(start) :] for name in packages.packages if name.startswith(start)]
    spelt: dict[str, list[str]] = {}
    for name in whole:
        if "." not in name:
            spelt.setdefault(name.lower(), []).append(name)
    names = sorted(
        (name for each in spelt.values() for name in each), key=lambda name: (name[0] == "_", name)
    )
    return _Names(names, "\n".join(sorted(spelt, key=lambda name: (len(name), name))), spelt)


def _item(
    name: str,
    package: Package | None,
    packages: Packages | None,
    is_own: bool,
    place: CompletionPlace,
    around: tuple[str, tuple[str, ...]],
    is_cut: bool,
) -> Item:
    prefix, outer = around
    detail = "package of this flake" if is_own else "used in this flake"
    explain: Callable[[], str] | None = None
    if package is not None and packages is not None:
        detail = package.version + (" · unfree" if package.unfree else "")
        label, whole = packages.label, ".".join((*outer, name))

        def told() -> str:
            return "\n\n".join(about(whole, package, label))

        explain = told
    text = prefix + quote_attribute(name)
    start, end = place.start, place.end
    return Item(prefix + name, "package", text, start, end, detail, explain=explain, narrows=is_cut)
