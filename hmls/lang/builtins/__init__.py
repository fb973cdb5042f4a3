"""The builtins of Nix 2.34, and the top-level scope made of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hmls.lang.builtins import (
    attrs,
    context,
    control,
    derivations,
    fetchers,
    files,
    flake_refs,
    formats,
    from_json,
    hashes,
    lists,
    numbers,
    store_paths,
    strings,
)
from hmls.lang.values import Attrs, Lazy, Thunk

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

_MODULES = (
    attrs,
    context,
    control,
    derivations,
    fetchers,
    files,
    flake_refs,
    formats,
    from_json,
    hashes,
    lists,
    numbers,
    store_paths,
    strings,
)
_LITERALS = frozenset(("builtins", "true", "false", "null"))
_CONSTANTS = (
    *("currentSystem", "currentTime", "derivation"),
    *("langVersion", "nixPath", "nixVersion", "storeDir"),
)
_PLAIN = frozenset((
    "abort", "baseNameOf", "break", "derivation", "derivationStrict", "dirOf", "fetchGit",
    "fetchMercurial", "fetchTarball", "fetchTree", "fromTOML", "import", "isNull", "map",
    "placeholder", "removeAttrs", "scopedImport", "throw", "toString",
))  # fmt: skip
"""Builtins that are in scope under their own name; the others are with two underscores."""


@cache
def top_level_names() -> frozenset[str]:
    """The names that are in scope everywhere, those of impure evaluation included."""
    registered = {
        name for module in _MODULES for name in (*module.register.free, *module.register.bound)
    }
    names = {*registered, *_CONSTANTS}
    return frozenset(name if name in _PLAIN else f"__{name}" for name in names) | _LITERALS


def make_globals(interp: Interp) -> dict[str, Lazy]:
    """The names that are in scope everywhere. Source: nix primops.cc, createBaseEnv."""
    found: dict[str, Lazy] = {}
    for module in _MODULES:
        found.update(module.register.bind(interp))
    found.update(derivations.constants(interp))
    found.update(fetchers.constants(interp))
    found.update({"true": True, "false": False, "null": None})
    made = Attrs(found)
    builtins = made["builtins"] = Thunk(lambda _env: made, None)
    top_level: dict[str, Lazy] = {"builtins": builtins, "true": True, "false": False, "null": None}
    for name, lazy in found.items():
        if name in _PLAIN:
            top_level[name] = lazy
        elif name not in top_level:
            top_level[f"__{name}"] = lazy
    return top_level
