"""lib.filesystem: reading folders while evaluating. Source: nixpkgs lib/filesystem.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import add, update
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    call,
    call2,
    expect_attrs,
    expect_bool,
    expect_string,
    force,
    get_lazy,
    has,
    names,
    select,
)
from hmls.lang.lib.support import NESTED, arguments, builtin, function, library, pattern
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_PACKAGES = pattern("callPackage", "directory", optional=("newScope",))
_BUILTINS = ("baseNameOf", "dirOf", "isPath", "readDir", "readFileType", "hashFile")


def constants(interp: Interp) -> dict[str, Lazy]:
    """The builtins that are members too."""
    made: dict[str, Lazy] = {name: Thunk(lambda n: builtin(interp, n), name) for name in _BUILTINS}
    made["pathType"] = made["readFileType"]
    return made


def path_exists(interp: Interp, path: Lazy) -> bool:
    return expect_bool(call(builtin(interp, "pathExists"), path))


def path_type(interp: Interp, path: Lazy) -> str:
    return expect_string(call(builtin(interp, "readFileType"), path))


def read_dir(interp: Interp, path: Lazy) -> Attrs:
    return expect_attrs(call(builtin(interp, "readDir"), path))


def below(folder: Value, name: str) -> Value:
    """`folder + "/${name}"`."""
    return add(folder, f"/{name}")


@register.with_interp("pathIsDirectory")
def path_is_directory(interp: Interp, path: Lazy) -> Value:
    return path_exists(interp, path) and path_type(interp, path) == "directory"


@register.with_interp("pathIsRegularFile")
def path_is_regular_file(interp: Interp, path: Lazy) -> Value:
    return path_exists(interp, path) and path_type(interp, path) == "regular"


@register.with_interp("haskellPathsInDir")
def haskell_paths_in_dir(interp: Interp, root: Lazy) -> Value:
    """The folders with a cabal file of their own name: name → path."""
    folder = force(root)
    found: dict[str, Lazy] = {}
    for name in names(read_dir(interp, folder)):
        path = below(folder, name)
        if path_exists(interp, below(path, f"{name}.cabal")):
            found[name] = path
    return Attrs(found)


@register.with_interp("locateDominatingFile")
def locate_dominating_file(interp: Interp, file_pattern: Lazy, file: Lazy) -> Value:
    """The nearest folder around a file with a file of a certain name, or null."""
    start = force(file)
    shown = coerce.to_string(start)
    parent = call(builtin(interp, "dirOf"), start)
    base = call(builtin(interp, "baseNameOf"), start)
    kind = read_dir(interp, parent).get(base)
    path = start if shown == "/" or (kind and force(kind) == "directory") else parent
    match = call(builtin(interp, "match"), file_pattern)
    while True:
        results = [call(match, name) for name in names(read_dir(interp, path))]
        matches = [result for result in results if result is not None]
        if matches:
            return Attrs({"path": path, "matches": matches})
        if coerce.to_string(path) == "/":
            return None
        path = call(builtin(interp, "dirOf"), path)


@register.with_interp("listFilesRecursive")
def list_files_recursive(interp: Interp, folder: Lazy) -> Value:
    """The paths of all files below a folder."""
    return _files(interp, force(folder))


def _files(interp: Interp, folder: Value) -> list[Lazy]:
    entries = read_dir(interp, folder)
    found: list[Lazy] = []
    with NESTED:
        for name in names(entries):
            path = below(folder, name)
            kind = force(entries[name])
            if isinstance(kind, Unknown):
                raise Unknowable(kind)
            found += _files(interp, path) if kind == "directory" else [path]
    return found


@register.with_interp("packagesFromDirectoryRecursive", formals=_PACKAGES)
def packages_from_directory_recursive(interp: Interp, given: Lazy) -> Value:
    """A package set of the files of a folder: `name.nix` or `name/package.nix`."""
    args = arguments("anonymous lambda", _PACKAGES, given)
    package = below(select(args, "directory"), "package.nix")
    if path_exists(interp, package):
        return call2(select(args, "callPackage"), package, Attrs())
    if not has(args, "newScope"):
        return _packages(interp, args)

    def members(lazy: Lazy) -> Value:
        def own(name: str) -> Value:
            return select(expect_attrs(lazy), name)

        inner = {name: Thunk(own, name) for name in ("callPackage", "newScope")}
        return _packages(interp, expect_attrs(update(args, Attrs(inner))))

    make_scope = library(interp, "customisation", "makeScope")
    scope = call2(make_scope, get_lazy(args, "newScope"), function(members))
    return update(scope, Attrs({"recurseForDerivations": True}))


def _packages(interp: Interp, args: Attrs) -> Attrs:
    folder = select(args, "directory")
    entries = read_dir(interp, folder)
    made: dict[str, Lazy] = {}
    for name in names(entries):
        path = below(folder, name)
        kind = expect_string(entries[name])
        if kind == "directory":
            made[name] = Thunk(lambda p: _folder_packages(interp, args, p), path)
        elif kind == "regular" and name.endswith(".nix"):
            made[name.removesuffix(".nix")] = Thunk(lambda p: _package(args, p), path)
        elif kind != "regular":
            raise Thrown(
                "lib.filesystem.packagesFromDirectoryRecursive: Unsupported file type "
                f"{kind} at path {coerce.to_string(path)}\n"
            )
    return Attrs(made)


def _folder_packages(interp: Interp, args: Attrs, path: Value) -> Value:
    return packages_from_directory_recursive(interp, update(args, Attrs({"directory": path})))


def _package(args: Attrs, path: Value) -> Value:
    return call2(select(args, "callPackage"), path, Attrs())


@register.with_interp("resolveDefaultNix")
def resolve_default_nix(interp: Interp, path: Lazy) -> Value:
    """The file that importing a path reads."""
    value = force(path)
    if path_is_directory(interp, value):
        return below(value, "default.nix")
    if isinstance(value, str) and value.endswith("/"):
        return add(value, "default.nix")
    return value
