"""Files and folders. They are read through the `Reader` of the evaluation only.

Source: nix src/libexpr/primops.cc; eval.cc, EvalState::findFile.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from hmls.lang import coerce, store
from hmls.lang.builtins.arguments import required
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError, Thrown, Unknowable
from hmls.lang.force import expect_attrs, expect_list, expect_plain_string, force, names
from hmls.lang.unit import Unit
from hmls.lang.values import Attrs, Cause, Lazy, Path, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

T = TypeVar("T")
register = Registry()
IMPORT_FROM_DERIVATION = Cause("ifd", "needs the result of a build (import from derivation)")
_made: dict[str, bytes] = {}
"""Store path → the content that `builtins.toFile` gave it."""


def remember_file(store_path: str, content: bytes) -> None:
    """Let a file that the evaluation made be read by it."""
    _made[store_path] = content


def real_path(lazy: Lazy) -> str:
    """The path on disk that an argument names. Raises Unknowable for one that a build makes."""
    path = coerce.to_path(lazy)
    if path.startswith(store.STORE) and store.is_symbolic(path):
        raise Unknowable(Unknown(store.readable(path), IMPORT_FROM_DERIVATION))
    return path


def reading(read: Callable[[str], T], path: str) -> T:
    """What a method of the reader gives. Its failure becomes Nix's error."""
    from hmls.lang.interp import ReadFailed

    try:
        return read(path)
    except ReadFailed as failed:
        raise NixError(str(failed)) from None


def read_bytes(interp: Interp, path: str) -> bytes:
    if path in _made:
        return _made[path]
    return reading(interp.reader.read, path)


@register.with_interp("import")
def import_(interp: Interp, path: Lazy) -> Value:
    try:
        found = real_path(path)
    except Unknowable as stop:
        native = interp.overrides.get(stop.unknown.text)
        if native is None:
            raise
        return force(native)
    if found in _made:
        return interp.evaluate(Unit(found, _made[found]))
    return interp.import_path(found)


@register.with_interp("scopedImport")
def scoped_import(interp: Interp, scope: Lazy, path: Lazy) -> Value:
    """The attributes of the set are in scope, in front of the builtins."""
    found = real_path(path)
    attrs = expect_attrs(scope)
    variables = {name: attrs[name] for name in names(attrs)}
    if found in _made:
        return interp.evaluate(Unit(found, _made[found]), variables)
    found = interp.resolve_expression(found)
    return interp.evaluate(Unit(found, reading(interp.reader.read, found)), variables)


@register.with_interp("readFile")
def read_file(interp: Interp, path: Lazy) -> Value:
    found = real_path(path)
    content = read_bytes(interp, found)
    if b"\0" in content:
        shown = store.shown_path(found)
        raise NixError(f"the contents of the file '{shown}' cannot be represented as a Nix string")
    return content.decode("utf-8", "surrogateescape")


@register.with_interp("readDir")
def read_dir(interp: Interp, path: Lazy) -> Value:
    return Attrs(reading(interp.reader.read_directory, real_path(path)))


@register.with_interp("readFileType")
def read_file_type(interp: Interp, path: Lazy) -> Value:
    found = real_path(path)
    kind = reading(interp.reader.kind, found)
    if kind is None:
        raise NixError(interp.reader.missing(found))
    return kind


@register.with_interp("pathExists")
def path_exists(interp: Interp, path: Lazy) -> Value:
    """A path that may not be read does not exist. One that ends in a slash must be a folder."""
    from hmls.lang.interp import ReadFailed

    value = force(path)
    must_be_folder = isinstance(value, str) and value.endswith(("/", "/."))
    found = real_path(value)
    if found in _made:
        return not must_be_folder
    try:
        if must_be_folder:
            found = interp.reader.resolve(found)
        kind = interp.reader.kind(found)
    except ReadFailed:
        return False
    return kind == "directory" if must_be_folder else kind is not None


@register("toPath")
def to_path(path: Lazy) -> Value:
    value = force(path)
    found = store.shown_path(coerce.to_path(value))
    return coerce.with_context(found, value) if isinstance(value, str) else found


@register("baseNameOf")
def base_name_of(path: Lazy) -> Value:
    """What follows the last slash; one slash at the end does not count."""
    text = coerce.coerce(path)
    return coerce.with_context(base_name(text), text)


def base_name(text: str) -> str:
    stripped = text[:-1] if text.endswith("/") and len(text) > 1 else text
    return stripped[stripped.rfind("/") + 1 :]


@register("dirOf")
def dir_of(path: Lazy) -> Value:
    value = force(path)
    if value.__class__ is Path:
        return _parent(value)
    text = coerce.coerce(value)
    head, slash, _ = text.rpartition("/")
    return coerce.with_context(head or slash or ".", text)


def _parent(path: Path) -> Path:
    """The folder around a path. The one around a flake is the store, not a folder on disk."""
    shown = store.shown_path(path.path)
    return Path(store.disk_path(os.path.dirname(shown)))


@register.with_interp("findFile")
def find_file(interp: Interp, search_path: Lazy, name: Lazy) -> Value:
    """The first entry of a search path below which there is such a file."""
    entries: list[tuple[str, str]] = []
    for item in expect_list(search_path):
        entry = expect_attrs(item)
        prefix = expect_plain_string(entry["prefix"]) if "prefix" in entry else ""
        entries.append((prefix, coerce.coerce(required(entry, "path"))))
    wanted = expect_plain_string(name)
    for prefix, folder in entries:
        if prefix and wanted != prefix and not wanted.startswith(f"{prefix}/"):
            continue
        path = store.disk_path(coerce.normalize(folder + "/" + wanted[len(prefix) :]))
        if folder.startswith("/") and reading(interp.reader.kind, path) is not None:
            return Path(path)
    hint = "add it using $NIX_PATH or -I"
    if interp.system is None:
        raise Thrown(
            f"cannot look up '<{wanted}>' in pure evaluation mode (use '--impure' to override)"
        )
    raise Thrown(f"file '{wanted}' was not found in the Nix search path ({hint})")
