"""File sets: a folder and a tree below it. Source: nixpkgs lib/fileset/internal.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    call,
    delayed,
    expect_attrs,
    expect_bool,
    expect_int,
    expect_string,
    force,
    has,
    select,
)
from hmls.lang.lib.fileset import trees
from hmls.lang.lib.filesystem import path_exists, path_type
from hmls.lang.lib.path import components_of
from hmls.lang.lib.sources import is_source
from hmls.lang.lib.support import (
    NOT_NATIVE,
    attribute_is,
    builtin,
)
from hmls.lang.values import Attrs, Lazy, Path, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp


VERSION = 3
_NOT_EVALUATED = (
    "lib.fileset: Directly evaluating a file set is not supported.\n"
    "  To turn it into a usable source, use `lib.fileset.toSource`.\n"
    "  To pretty-print the contents, use `lib.fileset.trace` or `lib.fileset.traceVal`."
)


def _no_evaluation() -> Value:
    raise Thrown(_NOT_EVALUATED)


EMPTY = Attrs(
    {
        "_type": "fileset",
        "_internalVersion": VERSION,
        "_internalIsEmptyWithoutBase": True,
        "_noEval": delayed(_no_evaluation),
    }
)


def create(base: Value, tree: Lazy) -> Attrs:
    """The file set of a tree below a folder."""
    return Attrs(
        {
            "_type": "fileset",
            "_internalVersion": VERSION,
            "_internalIsEmptyWithoutBase": False,
            "_internalBase": base,
            "_internalBaseRoot": Path("/"),
            "_internalBaseComponents": delayed(lambda: list(components_of(base))),
            "_internalTree": tree,
            "_noEval": delayed(_no_evaluation),
        }
    )


def is_empty(fileset: Attrs) -> bool:
    return expect_bool(select(fileset, "_internalIsEmptyWithoutBase"))


def base_of(fileset: Attrs) -> Path:
    base = select(fileset, "_internalBase")
    assert isinstance(base, Path)
    return base


def base_components(fileset: Attrs) -> list[str]:
    return components_of(base_of(fileset))


def tree_of_set(fileset: Attrs) -> Value:
    return trees.tree_of(select(fileset, "_internalTree"))


def singleton(interp: Interp, path: Path) -> Attrs:
    kind = path_type(interp, path)
    if kind == "directory":
        return create(path, kind)
    return create(*in_folder(interp, path, kind))


def in_folder(interp: Interp, path: Path, tree: Lazy) -> tuple[Value, Attrs]:
    """The folder of a file, and a tree of only this file."""
    name = expect_string(call(builtin(interp, "baseNameOf"), path))
    return call(builtin(interp, "dirOf"), path), Attrs({name: tree})


def is_string_like(value: Value) -> bool:
    """Source: nixpkgs lib/strings.nix, isStringLike."""
    if isinstance(value, Attrs):
        return has(value, "outPath") or has(value, "__toString")
    return isinstance(value, str | Path)


def coerced(interp: Interp, context: str, lazy: Lazy) -> Attrs:
    """The file set that a value stands for. Raises Thrown."""
    found = try_coerce(interp, context, lazy)
    if isinstance(found, str):
        raise Thrown(found)
    return found


def try_coerce(interp: Interp, context: str, lazy: Lazy) -> Attrs | str:
    """A file set, or the message that says why a value is none."""
    value = force(lazy)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if attribute_is(value, "_type", "fileset"):
        return _checked(context, expect_attrs(value))
    if isinstance(value, Path):
        if path_exists(interp, value):
            return singleton(interp, value)
        return (
            f"{context} ({coerce.to_string(value)}) is a path that does not exist.\n    To create "
            "a file set from a path that may not exist, use `lib.fileset.maybeMissing`."
        )
    if is_source(value):
        return (
            f"{context} is a `lib.sources`-based value, but it should be a file set or a path "
            "instead.\n    To convert a `lib.sources`-based value to a file set you can use "
            "`lib.fileset.fromSource`.\n    Note that this only works for sources created from "
            "paths."
        )
    if is_string_like(value):
        return (
            f'{context} ("{coerce.to_string(value)}") is a string-like value, but it should be a '
            "file set or a path instead.\n    Paths represented as strings are not supported by "
            "`lib.fileset`, use `lib.sources` or derivations instead."
        )
    kind = type_name(value)
    return f"{context} is of type {kind}, but it should be a file set or a path instead."


def _checked(context: str, fileset: Attrs) -> Attrs | str:
    version = expect_int(select(fileset, "_internalVersion"))
    if version < VERSION:
        raise Unknowable(Unknown("a file set of an older version", NOT_NATIVE))
    if version == VERSION:
        return fileset
    return (
        f"{context} is a file set created from a future version of the file set library with a "
        f"different internal representation:\n    - Internal version of the file set: {version}\n"
        f"    - Internal version of the library: {VERSION}\n    Make sure to update your Nixpkgs "
        "to have a newer version of `lib.fileset`."
    )


def common_prefix(left: list[str], right: list[str]) -> list[str]:
    count = 0
    while count < min(len(left), len(right)) and left[count] == right[count]:
        count += 1
    return left[:count]
