"""Completion of packages: behind `pkgs.`, and in lists after `with pkgs;`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from hmls.catalog.packages import Package, Packages, well_known
from hmls.homes.package_names import is_builder, own_packages, packages_of, used_packages
from hmls.homes.repository import Repository
from hmls.ide.completion.formals import complete_formals, is_of_package
from hmls.ide.completion.item import Item
from hmls.ide.completion.members import bound_variables
from hmls.ide.completion.usage import word_uses
from hmls.ide.completion.values import wants_package
from hmls.ide.package_text import about
from hmls.ide.place import CompletionPlace, without_marker
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import node_text
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
        if not is_element:
            return [*bound, *packages]
        used = used_packages(repository)
        cut = next((at for at, each in enumerate(packages) if each.label not in used), 0)
        own = [item for item in bound if item.detail == "let"]
        others = [item for item in bound if item.detail != "let"]
        return [*packages[:cut], *own, *packages[cut:], *others]
    if find_binder("pkgs", _node(place)) is None or not wants_package(repository, path, place):
        return []
    own = [item for item in bound_variables(_node(place), place) if item.detail == "let"]
    return [
        *own,
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
        if outer:
            names = _used_inside(repository, packages, outer, place.typed)
    ordered = _likely_first(dict.fromkeys((*names, *known)), _list_around(place))
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


def _used_inside(
    repository: Repository, packages: Packages, outer: tuple[str, ...], typed: str
) -> list[str]:
    """The packages of a set within `pkgs` that files name, the most used first."""
    uses, start = word_uses(repository), ".".join((*outer, typed))
    cut = len(start) - len(typed)
    inside = (".".join((*outer, word)) for word in uses if word.startswith(typed) and word != typed)
    found = [name[cut:] for name in inside if name in packages.packages]
    return sorted(found, key=lambda name: (-uses[name], name))


def _list_around(place: CompletionPlace) -> Node | None:
    """The list that what is typed is an element of."""
    node: Node | None = _node(place)
    while node is not None and node.kind_id in (
        Kind.IDENTIFIER,
        Kind.ATTRPATH,
        Kind.VARIABLE,
        Kind.SELECT,
    ):
        node = node.parent
    return node if node is not None and node.kind_id == Kind.LIST else None


def _likely_first(names: Iterable[str], elements: Node | None) -> list[str]:
    """In a list first what it does not have yet; what is no package comes last."""
    if elements is None:
        return list(names)
    texts = (node_text(each) for each in elements.named_children)
    there = {text.rpartition(".")[2] for text in texts}
    return sorted(names, key=lambda name: (is_builder(name), name in there))


def _known(packages: Packages, outer: tuple[str, ...], typed: str) -> tuple[list[str], bool]:
    """The packages of a set that what was typed may mean, and whether there are more.

    Those that begin with it come first, then those that have it, then those that have its letters
    in their order, as editors compare. Of each the well-known ones come first, then the shorter
    ones: they are the main ones.
    """
    names = _names_in(packages, outer)
    if not typed:
        known = (name for line in names.known.split() for name in names.spelt[line])
        ordered = dict.fromkeys((*known, *names.sorted))
        return list(ordered)[:_MOST], len(ordered) > _MOST
    found: dict[str, None] = {}
    word = re.escape(typed.lower())
    in_order = "".join(f"[^\n]*?{re.escape(letter)}" for letter in typed.lower())
    for pattern in (rf"^{word}[^\n]*", rf"^[^\n]*?{word}[^\n]*", rf"^{in_order}[^\n]*"):
        for lines in (names.known, names.lower):
            for match in re.finditer(pattern, lines, re.MULTILINE):
                for name in names.spelt[match.group()]:
                    found[name] = None
                if len(found) > _MOST:
                    return list(found)[:_MOST], True
    return list(found), False


class _Names(NamedTuple):
    """The names in a set of packages: in their order, and in lower case by length, one a line."""

    sorted: list[str]
    lower: str
    known: str
    """In lower case those that are known best, one a line."""
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
    known = [] if outer else [name.lower() for name in well_known() if name.lower() in spelt]
    lower = sorted(spelt, key=lambda name: (len(name), name))
    return _Names(names, "\n".join(lower), "\n".join(known), spelt)


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
