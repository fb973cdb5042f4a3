"""lib.path: path values and subpath strings. Source: nixpkgs lib/path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hmls.lang import store
from hmls.lang.builtins.registry import Registry
from hmls.lang.coerce import normalize
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import delayed, expect_list, expect_string, force
from hmls.lang.lib.support import assert_message, function, members
from hmls.lang.values import Attrs, Lazy, Path, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_SEPARATOR = re.compile(r"/+(?:\./+)*")
_UP = re.compile(r"(.*/)?\.\.(/.*)?", re.DOTALL)
_STORE_NAME = re.compile(r".{32}-.+", re.DOTALL)
_CONTENT_ADDRESSED = re.compile(r"[0-9a-z]{52}")


class Subpath:
    """lib.path.subpath: relative paths as strings."""

    register = Registry()

    def constants(self, _interp: Interp) -> dict[str, Lazy]:
        """No members but the functions."""
        return {}


def constants(interp: Interp) -> dict[str, Lazy]:
    """The set lib.path.subpath."""
    return {"subpath": members("lib.path.subpath", Subpath(), interp)}


def invalid_reason(value: Value) -> str | None:
    """Why a value is no subpath, in nixpkgs' words; None where it is one."""
    if not isinstance(value, str):
        return f"The given value is of type {type_name(value)}, but a string was expected"
    if value == "":
        return "The given string is empty"
    if value.startswith("/"):
        return f'The given string "{value}" starts with a `/`, representing an absolute path'
    if _UP.fullmatch(value):
        return (
            f'The given string "{value}" contains a `..` component, '
            "which is not allowed in subpaths"
        )
    return None


def split(subpath: str) -> list[str]:
    """The components of a valid subpath."""
    if subpath == ".":
        return []
    parts = _SEPARATOR.split(subpath)
    start = 1 if parts[0] == "." else 0
    end = len(parts) - (1 if parts[-1] in (".", "") else 0)
    return parts[start:end]


def join(components: list[str]) -> str:
    """The subpath of some components, which begins with `./`."""
    return "./" + ("/".join(components) if components else ".")


def components_of(path: Path) -> list[str]:
    """The names from the root to a path."""
    return [name for name in store.shown_path(path.path).split("/") if name]


def _path(lazy: Lazy, what: str, end: str = "") -> Path:
    value = force(lazy)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if not isinstance(value, Path):
        kind = type_name(value)
        raise Thrown(f"lib.path.{what} is of type {kind}, but a path was expected{end}")
    return value


def _subpath(lazy: Lazy, what: str) -> str:
    value = force(lazy)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    reason = invalid_reason(value)
    assert_message(reason is None, f"lib.path.{what} is not a valid subpath string:\n    {reason}")
    return expect_string(value)


@register("append")
def append(path: Lazy, subpath: Lazy) -> Value:
    base = _path(path, "append: The first argument")
    return Path(normalize(f"{base.path}/{_subpath(subpath, 'append: Second argument')}"))


@register("hasPrefix")
def has_prefix(first: Lazy) -> Value:
    prefix = components_of(_path(first, "hasPrefix: First argument"))

    def check(second: Lazy) -> Value:
        components = components_of(_path(second, "hasPrefix: Second argument"))
        return components[: len(prefix)] == prefix

    return function(check)


@register("removePrefix")
def remove_prefix(first: Lazy) -> Value:
    prefix = _path(first, "removePrefix: First argument", ".")
    names = components_of(prefix)

    def remove(second: Lazy) -> Value:
        path = _path(second, "removePrefix: Second argument", ".")
        components = components_of(path)
        if components[: len(names)] == names:
            return join(components[len(names) :])
        shown, other = store.shown_path(prefix.path), store.shown_path(path.path)
        raise Thrown(
            f'lib.path.removePrefix: The first path argument "{shown}" is not a component-wise '
            f'prefix of the second path argument "{other}".'
        )

    return function(remove)


@register("splitRoot")
def split_root(path: Lazy) -> Value:
    found = _path(path, "splitRoot: Argument")
    return Attrs({"root": Path("/"), "subpath": delayed(lambda: join(components_of(found)))})


@register("hasStorePathPrefix")
def has_store_path_prefix(path: Lazy) -> Value:
    components = components_of(_path(path, "hasStorePathPrefix: Argument"))
    if components[:2] == ["nix", "store"] and len(components) > 2:
        return _STORE_NAME.fullmatch(components[2]) is not None
    return bool(components) and _CONTENT_ADDRESSED.fullmatch(components[0]) is not None


@Subpath.register("isValid")
def is_valid(value: Lazy) -> Value:
    found = force(value)
    if isinstance(found, Unknown):
        raise Unknowable(found)
    return invalid_reason(found) is None


@Subpath.register("join")
def join_subpaths(subpaths: Lazy) -> Value:
    components: list[str] = []
    for index, item in enumerate(expect_list(subpaths)):
        value = force(item)
        if isinstance(value, Unknown):
            raise Unknowable(value)
        reason = invalid_reason(value)
        if reason is not None:
            raise Thrown(
                f"lib.path.subpath.join: Element at index {index} is not a valid subpath string:"
                f"\n    {reason}"
            )
        components += split(value)
    return join(components)


@Subpath.register("components")
def subpath_components(subpath: Lazy) -> Value:
    return list(split(_subpath(subpath, "subpath.components: Argument")))


@Subpath.register("normalise")
def normalise(subpath: Lazy) -> Value:
    return join(split(_subpath(subpath, "subpath.normalise: Argument")))
