"""Completion of packages: behind `pkgs.`, and in lists after `with pkgs;`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hmls.catalog.packages import Package, Packages
from hmls.homes.package_names import own_packages, packages_of, used_packages
from hmls.homes.repository import Repository
from hmls.ide.completion.item import Item
from hmls.ide.completion.values import wants_package
from hmls.ide.package_text import about
from hmls.ide.place import CompletionPlace, without_marker
from hmls.lang.values import quote_attribute
from hmls.syntax.cursor import Selection, Variable
from hmls.syntax.parse import Node, node_at
from hmls.syntax.scopes import find_binder, root_path, withs_at

_MOST = 2_000
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
        return _items(repository, start, place)
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
    known = {} if packages is None else _known(packages, outer, place.typed)
    if packages is not None:
        # What is used and not known is a mistake, or comes from an overlay.
        names = [name for name in names if name in known or name in own or used[name] > 1]
    ordered = dict.fromkeys((*names, *sorted(known, key=lambda name: (name[0] == "_", name))))
    return [
        _item(name, known.get(name), packages, name in own, place, (prefix, outer))
        for name in ordered
    ]


def _known(packages: Packages, outer: tuple[str, ...], typed: str) -> dict[str, Package]:
    """The packages of a set; of very many those that begin with what was typed, then the rest."""
    start = ".".join((*outer, ""))
    found: list[str] = []
    rest: list[str] = []
    for name in packages.packages:
        if name.startswith(start) and "." not in (short := name[len(start) :]):
            (found if typed and short.startswith(typed) else rest).append(short)
    for short in rest:
        if len(found) >= _MOST:
            break
        if not typed or typed.lower() in short.lower():
            found.append(short)
    return {short: packages.packages[start + short] for short in found}


def _item(
    name: str,
    package: Package | None,
    packages: Packages | None,
    is_own: bool,
    place: CompletionPlace,
    around: tuple[str, tuple[str, ...]],
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
    return Item(prefix + name, "package", text, start, end, detail, explain=explain)
