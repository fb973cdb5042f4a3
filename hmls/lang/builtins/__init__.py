"""The builtins of Nix 2.34, and the top-level scope made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins import basics
from hmls.lang.values import Attrs, Lazy, Thunk

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

_TOP_LEVEL = (
    "abort", "baseNameOf", "break", "derivation", "derivationStrict", "dirOf", "fetchGit",
    "fetchMercurial", "fetchTarball", "fetchTree", "fromTOML", "import", "isNull", "map",
    "placeholder", "removeAttrs", "scopedImport", "throw", "toString",
)  # fmt: skip
_MODULES = (basics,)


def make_globals(interp: Interp) -> dict[str, Lazy]:
    """The names that are in scope everywhere. Source: nix primops.cc, createBaseEnv."""
    functions: dict[str, Lazy] = {}
    for module in _MODULES:
        functions.update(module.register.bind(interp))
        constants = getattr(module, "constants", None)
        if constants is not None:
            functions.update(constants(interp))
    attrs = Attrs(functions)
    builtins = Thunk(lambda _env: attrs, None)
    attrs["builtins"] = builtins
    found: dict[str, Lazy] = {"builtins": builtins, "true": True, "false": False, "null": None}
    found.update({name: attrs[name] for name in _TOP_LEVEL if name in attrs})
    found.update({f"__{name}": value for name, value in attrs.items()})
    return found
