"""Trees of files, which file sets are made of, and what is computed with them.

A tree is null (no file), a string (`directory`: all in it; else the type of one file), or
a set: name → tree. Source: nixpkgs lib/fileset/internal.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    call,
    call2,
    expect_bool,
    expect_string,
    force,
    names,
)
from hmls.lang.lib.filesystem import below, read_dir
from hmls.lang.lib.support import NESTED, function, function2
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

_NOTHING = function2(lambda _path, _kind: False)
_FUTURE = (
    "lib.fileset.fileFilter: The predicate function passed as the first argument must be able to "
    "handle extra attributes for future compatibility. If you're using `{ name, file, hasExt }:`, "
    "use `{ name, file, hasExt, ... }:` instead."
)


def tree_of(lazy: Lazy) -> Value:
    tree = force(lazy)
    if isinstance(tree, Unknown):
        raise Unknowable(tree)
    return tree


def entries_of(interp: Interp, path: Value, tree: Value) -> Attrs:
    """A folder's tree with all its entries: those left out are null."""
    entries = read_dir(interp, path)
    if isinstance(tree, str):
        return entries
    return Attrs({**dict.fromkeys(entries), **tree})


def union_trees(trees: list[Lazy]) -> Value:
    """The union of trees of one folder. Later ones are looked at only if necessary."""
    partial: list[Attrs] = []
    for lazy in trees:
        tree = tree_of(lazy)
        if isinstance(tree, str):
            return tree
        if tree is not None:
            partial.append(tree)
    if not partial:
        return None
    merged: dict[str, list[Lazy]] = {}
    for tree in partial:
        for name, lazy in tree.items():
            merged.setdefault(name, []).append(lazy)
    return Attrs({name: Thunk(union_trees, lazies) for name, lazies in merged.items()})


def intersect_trees(left: Value, right: Value) -> Value:
    if isinstance(left, Attrs) and isinstance(right, Attrs):
        return Attrs(
            {
                name: Thunk(lambda n: intersect_trees(tree_of(left[n]), tree_of(right[n])), name)
                for name in left
                if name in right
            }
        )
    return left if left is None or isinstance(right, str) else right


def subtract_trees(interp: Interp, path: Value, left: Value, right: Value) -> Value:
    """The files of one tree that are not in another."""
    if left is None or isinstance(right, str):
        return None
    if right is None:
        return left
    entries = entries_of(interp, path, left)

    def inner(name: str) -> Value:
        one, other = tree_of(entries[name]), tree_of(right.get(name))
        return subtract_trees(interp, below(path, name), one, other)

    return Attrs({name: Thunk(inner, name) for name in entries})


def shortened(components: list[str], tree: Lazy) -> Lazy:
    """The tree as seen from the folder that is `components` further up."""
    for name in reversed(components):
        tree = Attrs({name: tree})
    return tree


def lengthened(components: list[str], tree: Value) -> Value:
    """The tree as seen from the folder that is `components` further down."""
    for name in components:
        if not isinstance(tree, Attrs):
            return tree
        tree = tree_of(tree.get(name))
    return tree


def files_of(interp: Interp, path: Value, tree: Value) -> list[Lazy]:
    """The paths of all files in a tree."""
    if isinstance(tree, str) and tree == "directory":
        tree = read_dir(interp, path)
    if tree is None:
        return []
    if isinstance(tree, str):
        return [path]
    found: list[Lazy] = []
    with NESTED:
        for name in names(tree):
            found += files_of(interp, below(path, name), tree_of(tree[name]))
    return found


def is_folder(tree: Value) -> bool:
    return isinstance(tree, Attrs) or (isinstance(tree, str) and tree == "directory")


def normalised(interp: Interp, path: Value, tree: Value) -> Value:
    """With null for folders without files, and `directory` for those with all of theirs."""
    if not is_folder(tree):
        return tree
    with NESTED:
        inner = {
            name: normalised(interp, below(path, name), tree_of(lazy))
            for name, lazy in sorted(entries_of(interp, path, tree).items())
        }
    if all(entry is None for entry in inner.values()):
        return None
    if all(isinstance(entry, str) for entry in inner.values()):
        return "directory"
    return Attrs(inner)


def minimal(interp: Interp, path: Value, tree: Value) -> Value:
    """For printing: folders without any file are `emptyDir`."""
    if not is_folder(tree):
        return tree
    with NESTED:
        inner = {
            name: minimal(interp, below(path, name), tree_of(lazy))
            for name, lazy in entries_of(interp, path, tree).items()
        }
    found = list(inner.values())
    if all(isinstance(entry, str) and entry == "emptyDir" for entry in found):
        return "emptyDir"
    if isinstance(tree, str) or all(isinstance(entry, str) for entry in found):
        return "directory"
    if all(entry is None or entry == "emptyDir" for entry in found):
        return None
    return Attrs(inner)


def print_tree(interp: Interp, base: str, tree: Value) -> None:
    """Trace a tree that `minimal` gave, a line for each file or whole folder."""
    if tree is None or (isinstance(tree, str) and tree == "emptyDir"):
        interp.trace("(empty)")
        return
    interp.trace(base + _suffix(tree))
    if isinstance(tree, Attrs):
        _print_entries(interp, "", tree)


def _print_entries(interp: Interp, indent: str, tree: Attrs) -> None:
    for name in names(tree):
        entry = tree[name]
        if entry is None or entry == "emptyDir":
            continue
        interp.trace(f"{indent}- {name}{_suffix(entry)}")
        if isinstance(entry, Attrs):
            _print_entries(interp, indent + "  ", entry)


def _suffix(tree: Value) -> str:
    if isinstance(tree, Attrs):
        return ""
    return " (all files in directory)" if tree == "directory" else f" ({tree})"


def filtered(interp: Interp, predicate: Value, path: Value) -> Attrs:
    """The tree of the files in a folder that a predicate accepts."""

    def entry(item: tuple[str, Lazy]) -> Value:
        name, kind = item[0], expect_string(item[1])
        if kind == "directory":
            return filtered(interp, predicate, below(path, name))
        return accepted(predicate, name, kind)

    entries = read_dir(interp, path)
    return Attrs({name: Thunk(entry, (name, kind)) for name, kind in entries.items()})


def accepted(predicate: Value, name: str, kind: str) -> Value:
    """The kind of a file if the predicate accepts it, else null."""

    def has_ext(extension: Lazy) -> Value:
        return name.endswith("." + coerce.interpolate(force(extension)))

    described = Attrs({"name": name, "type": kind, "hasExt": function(has_ext), _FUTURE: None})
    return kind if expect_bool(call(predicate, described)) else None


def from_filter(interp: Interp, accepts: Lazy, path: Value, shown: str) -> Attrs:
    """The tree of what a filter for `builtins.path` accepts in a folder."""

    def entry(item: tuple[str, Lazy]) -> Value:
        name, kind = item
        inner = f"{shown}/{name}"
        if not expect_bool(call2(force(accepts), inner, kind)):
            return None
        if expect_string(kind) == "directory":
            return from_filter(interp, accepts, below(path, name), inner)
        return force(kind)

    entries = read_dir(interp, path)
    return Attrs({name: Thunk(entry, (name, kind)) for name, kind in entries.items()})


def to_filter(base: list[str], tree: Value) -> Primop:
    """A filter for `builtins.path` that accepts a normalised tree's files."""
    if tree is None:
        return _NOTHING

    def accepts(path: Lazy, kind: Lazy) -> Value:
        shown = expect_string(path)
        if not _is_in(tree, base, [name for name in shown.split("/") if name]):
            return False
        if expect_string(kind) == "unknown":
            raise Thrown(
                "lib.fileset.toSource: `fileset` contains a file that cannot be added to the "
                f"store: {shown}\n    This file is neither a regular file nor a symlink, the only "
                "file types supported by the Nix store.\n    Therefore the file set cannot be "
                "added to the Nix store as is. Make sure to not include that file to avoid this "
                "error."
            )
        return True

    return function2(accepts)


def _is_in(tree: Value, base: list[str], components: list[str]) -> bool:
    if base[: len(components)] == components:
        return True
    if components[: len(base)] != base:
        return False
    for name in components[len(base) :]:
        if not isinstance(tree, Attrs):
            break
        tree = tree[name]
    return tree is not None
