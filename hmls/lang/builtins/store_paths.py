"""Builtins that add to the store: what they give is a store path.

The paths of copied files are symbolic (see `lang.store`); those of texts are real.
Source: nix src/libexpr/primops.cc; libstore/store-dir-config, makeStorePath.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from hmls.lang import coerce, store
from hmls.lang.builtins.files import base_name, reading, real_path, remember_file
from hmls.lang.builtins.hashes import nix32
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import (
    call2,
    expect_attrs,
    expect_bool,
    expect_function,
    expect_plain_string,
    expect_string,
    force,
    names,
)
from hmls.lang.values import ContextString, Lambda, Lazy, Path, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()
_MOST_ASKED = 30
"""Entries of a folder that a filter is asked about."""
_NAME = re.compile(r"[0-9A-Za-z+._?=-]{1,211}")


@register("toFile")
def to_file(name: Lazy, content: Lazy) -> Value:
    """The store path of a text, which may refer to other texts and copies."""
    file_name = expect_plain_string(name)
    text = expect_string(content)
    references = sorted(coerce.context_of(text))
    for element in references:
        if not element.startswith("/"):
            raise NixError(
                "files created by builtins.toFile may not reference derivations, "
                f"but {file_name} references {element}"
            )
    raw = text.encode("utf-8", "surrogateescape")
    if store.is_symbolic(text):
        path = store.derived(f"text:{text}", file_name)
    else:
        inner = hashlib.sha256(raw).hexdigest()
        kind = ":".join(["text", *references])
        path = store_path(kind, inner, file_name)
    problem = name_problem(file_name)
    if problem is not None:
        base = path.removeprefix(f"{store.STORE}/")
        raise NixError(f"path '{base}' is not a valid store path: {problem}")
    remember_file(path, raw)
    return ContextString(path, frozenset((path,)))


def store_path(kind: str, digest: str, name: str) -> str:
    """A store path from a SHA-256 digest in base 16."""
    fingerprint = f"{kind}:sha256:{digest}:{store.STORE}:{name}"
    hashed = hashlib.sha256(fingerprint.encode("utf-8", "surrogateescape")).digest()
    compressed = bytearray(20)
    for index, byte in enumerate(hashed):
        compressed[index % 20] ^= byte
    return f"{store.STORE}/{nix32(bytes(compressed))}-{name}"


def name_problem(name: str) -> str | None:
    """Why nothing in the store may be called so. Source: libstore/path.cc, checkName."""
    if not name:
        return "name must not be empty"
    if len(name) > 211:
        return f"name '{name}' must be no longer than 211 characters"
    if name in (".", ".."):
        return f"name '{name}' is not valid"
    start = name.partition("-")[0]
    if start in (".", ".."):
        return f"name '{name}' is not valid: first dash-separated component must not be '{start}'"
    for char in name:
        if _NAME.fullmatch(char) is None:
            return f"name '{name}' contains illegal character '{char}'"
    return None


def _check_name(name: str) -> None:
    problem = name_problem(name)
    if problem is not None:
        raise NixError(problem)


@register.with_interp("path")
def path_(interp: Interp, arguments: Lazy) -> Value:
    """A copy of a file or folder, with a name and a filter of its own."""
    attrs = expect_attrs(arguments)
    source: str | None = None
    name = ""
    filtered: Value = None
    for attribute in names(attrs):
        lazy = attrs[attribute]
        match attribute:
            case "path":
                source = real_path(lazy)
            case "name":
                name = expect_plain_string(lazy)
            case "filter":
                filtered = expect_function(lazy)
            case "recursive":
                expect_bool(lazy)
            case "sha256":
                expect_plain_string(lazy)
            case _:
                raise NixError(f"unsupported argument '{attribute}' to 'builtins.path'")
    if source is None:
        raise NixError("missing required 'path' attribute in the first argument to 'builtins.path'")
    name = name or base_name(store.shown_path(source))
    return _added(interp, source, name, filtered)


@register.with_interp("filterSource")
def filter_source(interp: Interp, predicate: Lazy, path: Lazy) -> Value:
    source = real_path(path)
    function = expect_function(predicate)
    return _added(interp, source, base_name(store.shown_path(source)), function)


def _added(interp: Interp, source: str, name: str, filtered: Value) -> Value:
    if reading(interp.reader.kind, source) is None:
        raise NixError(interp.reader.missing(source))
    _check_name(name)
    if filtered is None:
        return store.copied(Path(source), name)
    _ask(interp, filtered, source)
    site = filtered.site if isinstance(filtered, Lambda) else None
    where = f"{site.unit.path}:{site.start}" if site is not None else ""
    return store.filtered(Path(source), name, where)


def _ask(interp: Interp, predicate: Value, folder: str) -> None:
    """Ask a filter about what is right in a folder: it may fail, and Nix's copy with it.

    Nothing is copied here, so that what it says does not matter. Raises NixError.
    """
    if reading(interp.reader.kind, folder) != "directory":
        return
    entries = sorted(reading(interp.reader.read_directory, folder).items())
    shown = store.shown_path(folder)
    for name, kind in entries[:_MOST_ASKED]:
        try:
            expect_bool(call2(predicate, f"{shown}/{name}", kind))
        except Unknowable:
            return


@register.with_interp("storePath")
def store_path_(interp: Interp, path: Lazy) -> Value:
    """A path that is in the store already."""
    if interp.system is None:
        raise NixError("'builtins.storePath' is not allowed in pure evaluation mode")
    value = force(path)
    found = store.shown_path(coerce.to_path(value))
    if not found.startswith(store.STORE + "/"):
        raise NixError(f"path '{found}' is not in the Nix store")
    if store.is_symbolic(found):
        raise Unknowable(store.symbolic_unknown(found))
    end = found.find("/", len(store.STORE) + 1)
    return ContextString(found, frozenset((found if end < 0 else found[:end],)))
