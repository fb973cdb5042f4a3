"""File sets from sources and filters, and back. Source: nixpkgs lib/fileset/default.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    call,
    delayed,
    expect_attrs,
    expect_string,
    force,
    get_lazy,
    is_function,
    select,
)
from hmls.lang.lib.fileset import trees
from hmls.lang.lib.fileset.values import (
    base_components,
    base_of,
    coerced,
    create,
    in_folder,
    is_empty,
    is_string_like,
    singleton,
    tree_of_set,
)
from hmls.lang.lib.filesystem import below, path_exists, path_type
from hmls.lang.lib.path import components_of, has_store_path_prefix
from hmls.lang.lib.sources import clean_source_with, is_source
from hmls.lang.lib.support import (
    arguments,
    attribute_is,
    builtin,
    function,
    option,
    pattern,
)
from hmls.lang.values import Attrs, Cause, Lazy, Path, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_TO_SOURCE = pattern("root", "fileset")
_GIT_WITH = pattern(optional=("recurseSubmodules",))
_GIT = Cause("impure", "which files git tracks is asked from git")


@register.with_interp("toSource", formals=_TO_SOURCE)
def to_source(interp: Interp, given: Lazy) -> Value:
    """The files of a set as a source: a folder of the store."""
    args = arguments("toSource", _TO_SOURCE, given)
    root = _checked_root(select(args, "root"))
    fileset = coerced(interp, "lib.fileset.toSource: `fileset`", get_lazy(args, "fileset"))
    shown = coerce.to_string(root)
    _check_folder(interp, root, shown)
    if is_empty(fileset):
        filter_ = trees.to_filter([], None)
        return _filtered(interp, root, filter_)
    base, components = base_of(fileset), base_components(fileset)
    inside = components_of(root)
    if components[: len(inside)] != inside:
        raise Thrown(
            f"lib.fileset.toSource: `fileset` could contain files in {coerce.to_string(base)}, "
            f"which is not under the `root` ({shown}). Potential solutions:\n"
            f"    - Set `root` to {coerce.to_string(base)} or any directory higher up. This "
            "changes the layout of the resulting store path.\n"
            "    - Set `fileset` to a file set that cannot contain files outside the `root` "
            f"({shown}). This could change the files included in the result."
        )
    tree = trees.normalised(interp, base, tree_of_set(fileset))
    return _filtered(interp, root, trees.to_filter(components, tree))


def _filtered(interp: Interp, root: Path, filter_: Value) -> Value:
    return clean_source_with(interp, Attrs({"name": "source", "src": root, "filter": filter_}))


def _checked_root(root: Value) -> Path:
    if isinstance(root, Path):
        return root
    if isinstance(root, Unknown):
        raise Unknowable(root)
    where = "lib.fileset.toSource: `root`"
    if is_source(root):
        raise Thrown(
            f"{where} is a `lib.sources`-based value, but it should be a path instead.\n    To use "
            "a `lib.sources`-based value, convert it to a file set using `lib.fileset.fromSource` "
            "and pass it as `fileset`.\n    Note that this only works for sources created from "
            "paths."
        )
    if is_string_like(root):
        raise Thrown(
            f"{where} ({coerce.to_string(root)}) is a string-like value, but it should be a path "
            "instead.\n    Paths in strings are not supported by `lib.fileset`, use `lib.sources` "
            "or derivations instead."
        )
    raise Thrown(f"{where} is of type {type_name(root)}, but it should be a path instead.")


def _check_folder(interp: Interp, root: Path, shown: str) -> None:
    where = "lib.fileset.toSource: `root`"
    if not path_exists(interp, root):
        raise Thrown(f"{where} ({shown}) is a path that does not exist.")
    if path_type(interp, root) != "directory":
        folder = coerce.to_string(call(builtin(interp, "dirOf"), root))
        raise Thrown(
            f"{where} ({shown}) is a file, but it should be a directory instead. Potential "
            "solutions:\n    - If you want to import the file into the store _without_ a "
            "containing directory, use string interpolation or `builtins.path` instead of this "
            "function.\n    - If you want to import the file into the store _with_ a containing "
            f"directory, set `root` to the containing directory, such as {folder}, and set "
            "`fileset` to the file path."
        )


@register.with_interp("fileFilter")
def file_filter(interp: Interp, predicate: Lazy, path: Lazy) -> Value:
    check, root = force(predicate), force(path)
    where = "lib.fileset.fileFilter: "
    if not is_function(check):
        raise Thrown(
            f"{where}First argument is of type {type_name(check)}, "
            "but it should be a function instead."
        )
    if isinstance(root, Unknown):
        raise Unknowable(root)
    if not isinstance(root, Path):
        if attribute_is(root, "_type", "fileset"):
            raise Thrown(
                f"{where}Second argument is a file set, but it should be a path instead.\n    If "
                "you need to filter files in a file set, use `intersection fileset (fileFilter "
                "pred ./.)` instead."
            )
        kind = type_name(root)
        raise Thrown(f"{where}Second argument is of type {kind}, but it should be a path instead.")
    if not path_exists(interp, root):
        shown = coerce.to_string(root)
        raise Thrown(f"{where}Second argument ({shown}) is a path that does not exist.")
    kind = path_type(interp, root)
    if kind == "directory":
        return create(root, delayed(lambda: trees.filtered(interp, check, root)))
    name = expect_string(call(builtin(interp, "baseNameOf"), root))
    tree = delayed(lambda: trees.accepted(check, name, kind))
    return create(*in_folder(interp, root, tree))


@register.with_interp("fromSource")
def from_source(interp: Interp, source: Lazy) -> Value:
    value = force(source)
    path = select(expect_attrs(value), "origSrc") if is_source(value) else value
    where = "lib.fileset.fromSource: The source origin"
    if isinstance(path, Unknown):
        raise Unknowable(path)
    if not isinstance(path, Path):
        if is_string_like(path):
            raise Thrown(
                f'{where} of the argument is a string-like value ("{coerce.to_string(path)}"), but '
                "it should be a path instead.\n    Sources created from paths in strings cannot be "
                "turned into file sets, use `lib.sources` or derivations instead."
            )
        kind = type_name(path)
        raise Thrown(f"{where} of the argument is of type {kind}, but it should be a path instead.")
    if not path_exists(interp, path):
        shown = coerce.to_string(path)
        raise Thrown(f"{where} ({shown}) of the argument is a path that does not exist.")
    if not is_source(value):
        return singleton(interp, path)
    kind = path_type(interp, path)
    if kind != "directory":
        return create(*in_folder(interp, path, kind))
    accepts, shown = get_lazy(expect_attrs(value), "filter"), "/" + "/".join(components_of(path))
    return create(path, delayed(lambda: trees.from_filter(interp, accepts, path, shown)))


@register.with_interp("gitTracked")
def git_tracked(interp: Interp, path: Lazy) -> Value:
    return _tracked(interp, "gitTracked", "argument", path)


@register.with_interp("gitTrackedWith", formals=_GIT_WITH)
def git_tracked_with(interp: Interp, given: Lazy) -> Value:
    options = arguments("gitTrackedWith", _GIT_WITH, given)

    def tracked(path: Lazy) -> Value:
        recurse = force(option(options, "recurseSubmodules", False))
        if not isinstance(recurse, bool):
            raise Thrown(
                "lib.fileset.gitTrackedWith: Expected the attribute `recurseSubmodules` of the "
                f"first argument to be a boolean, but it's a {type_name(recurse)} instead."
            )
        return _tracked(interp, "gitTrackedWith", "second argument", path)

    return function(tracked)


def _tracked(interp: Interp, name: str, argument: str, lazy: Lazy) -> Value:
    path = force(lazy)
    if isinstance(path, Unknown):
        raise Unknowable(path)
    where = f"lib.fileset.{name}: "
    if not isinstance(path, Path):
        kind = type_name(path)
        raise Thrown(f"{where}Expected the {argument} to be a path, but it's a {kind} instead.")
    shown = coerce.to_string(path)
    if path_type(interp, path) != "directory":
        raise Thrown(
            f"{where}Expected the {argument} ({shown}) to be a directory, but it's a file instead."
        )
    repository = path_exists(interp, below(path, ".git"))
    if has_store_path_prefix(path):
        if not repository:
            return singleton(interp, path)
        raise Thrown(
            f"{where}The {argument} ({shown}) is a store path within a working tree of a Git "
            "repository.\n    This indicates that a source directory was imported into the store "
            'using a method such as `import "${./.}"` or `path:.`.\n    This function currently '
            "does not support such a use case, since it currently relies on `builtins.fetchGit`.\n"
            "    You could make this work by using a fetcher such as `fetchGit` instead of copying "
            "the whole repository.\n    If you can't avoid copying the repo to the store, see "
            "https://github.com/NixOS/nix/issues/9292."
        )
    if not repository:
        raise Thrown(
            f"{where}Expected the {argument} ({shown}) to point to a local working tree of a Git "
            "repository, but it's not."
        )
    raise Unknowable(Unknown(f"lib.fileset.{name} {shown}", _GIT))
