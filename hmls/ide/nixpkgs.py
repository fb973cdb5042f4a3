"""What nixd tells of packages and of `lib`, so that it can be left to it where it runs.

Source: nixd of June 2026 with nixpkgs 26.11. It knows what is selected from a variable called
`pkgs` or `lib`, and what the innermost `with` of one of them brings in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

from hmls.homes.mentions import Names
from hmls.homes.package_names import is_builder, own_packages, packages_of
from hmls.homes.repository import Repository
from hmls.homes.workspace import View
from hmls.ide.functions import known_function
from hmls.ide.place import find_place
from hmls.ide.subject import Attribute, FreeName, subject_at
from hmls.lang.lib.table import BUILTINS, LIBRARIES
from hmls.modules.library import sub_libraries
from hmls.syntax.attrpath import node_text
from hmls.syntax.parse import Node, node_at
from hmls.syntax.scopes import find_binder, withs_at

_NAMED = re.compile(r"(?:pkgs|lib)(?:\.[A-Za-z_][\w'-]*)*")
"""What nixd knows of a text that selects."""
_SELECTED = re.compile(r"(?<![\w.'-])([A-Za-z_][\w'-]*(?:\.[A-Za-z_][\w'-]*)*)\.\Z")
"""What is selected from, in a line up to the name."""

_MORE_OF_LIB = ("evalOptionValue", "extend", "maintainers", "mkEUI64Suffix", "platforms")

What = Literal["hover", "definition"]
_UNTOLD: dict[What, frozenset[str]] = {
    "hover": frozenset((
        "callPackageWith", "concatStrings", "escapeRegex", "escapeURL", "escapeXML",
        "functionArgs", "getName", "getVersion", "isFunction", "isOption", "makeBinPath",
        "makeLibraryPath", "mkAfter", "mkAliasDefinitions", "mkBefore", "mkDefault", "mkForce",
        "mkImageMediaOverride", "mkMerge", "mkOptionDefault", "mkOrder", "mkOverride",
        "mkVMOverride", "nixosSystem", "packagesFromDirectoryRecursive", "pipe",
        "systems.elaborate", "toHexString", "toInt", "toLower", "toUpper", "trim",
        "types.attrsOf", "types.coercedTo", "types.either", "types.enum", "types.functionTo",
        "types.ints.between", "types.lazyAttrsOf", "types.listOf", "types.nullOr", "types.oneOf",
        "types.separatedString", "types.strMatching", "types.submodule", "types.submoduleWith",
        "types.uniq", "unique", "updateManyAttrsByPath",
    )),
    "definition": frozenset((
        "all", "any", "concatMap", "concatStrings", "concatStringsSep", "escapeRegex",
        "escapeURL", "escapeXML", "groupBy", "head", "mapAttrs", "nixosSystem", "partition",
        "pipe", "removeAttrs", "replaceStrings", "sort", "toLower", "toUpper",
        "types.ints.positive",
        "types.ints.unsigned", "types.port", "unique", "warn", "zipAttrsWith",
    )),
}  # fmt: skip
"""Functions of lib that have no comment, or no place, where nixd looks for one."""


def is_of_nixpkgs(view: View, path: str, offset: int, what: What) -> bool:
    """Whether nixd answers for a package, or for a function of lib, at a byte offset."""
    repository, source = view.repository(path), view.source(path)
    if repository is None or source is None:
        return False
    match subject_at(repository, Names.of(repository), path, source, offset):
        case Attribute(base=base, names=names) if base is not None:
            found = _meant(node_text(base), base)
            return found is not None and _tells(repository, (*found, *names), what)
        case FreeName(name=name, node=node):
            found = _brought_in(node)
            return found is not None and _tells(repository, (*found, name), what)
    return False


def names_of_nixpkgs(view: View, path: str, offset: int, names: Iterable[str]) -> set[str]:
    """Which of some names nixd completes at a byte offset: none before a letter is typed."""
    repository, source = view.repository(path), view.source(path)
    place = None if source is None else find_place(source, offset)
    if repository is None or place is None or not place.typed or place.in_quotes:
        return set()
    node = node_at(place.source, place.start + 1)
    selected = _SELECTED.search(place.before)
    if selected is not None:
        found = _meant(selected.group(1), node)
    else:
        found = None if place.before.endswith(".") else _brought_in(node)
    if found is None:
        return set()
    return {name for name in names if _is_known(repository, (*found, name))}


def _meant(text: str, node: Node) -> tuple[str, ...] | None:
    """The path from `pkgs` or `lib` that a text selects, with what a `with` brings in."""
    if _NAMED.fullmatch(text):
        return tuple(text.split("."))
    first, *more = text.split(".")
    outer = _brought_in(node) if find_binder(first, node) is None else None
    return None if outer is None else (*outer, first, *more)


def _brought_in(node: Node) -> tuple[str, ...] | None:
    """What the innermost `with` around a node names, if nixd knows it."""
    innermost = next(withs_at(node), None)
    text = "" if innermost is None else node_text(innermost)
    return tuple(text.split(".")) if _NAMED.fullmatch(text) else None


def _tells(repository: Repository, path: tuple[str, ...], what: What) -> bool:
    if not _is_known(repository, path):
        return False
    if path[0] == "pkgs":
        return True
    function = known_function(path)
    return function is not None and function.name not in _UNTOLD[what]


def _is_known(repository: Repository, path: tuple[str, ...]) -> bool:
    """Whether the path is one of nixpkgs, as nothing of the repository or Home Manager is."""
    names = path[1:]
    if not names:
        return False
    if path[0] == "lib":
        return names[0] in _members_of_lib()
    packages = packages_of(repository)
    if packages is None or names[0] in own_packages(repository):
        return False
    return ".".join(names) in packages.packages or (len(names) == 1 and is_builder(names[0]))


@cache
def _members_of_lib() -> frozenset[str]:
    libraries = (*LIBRARIES, *sub_libraries())
    names = (name for each in libraries for name in (each.name, *each.exports))
    return frozenset((*BUILTINS.split(), *names, *_MORE_OF_LIB))
