"""lib.hm: Home Manager's own library, in the lib that its modules get.

Source: Home Manager modules/lib. Its types are made by the module system.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.force import delayed, expect_attrs, get
from hmls.lang.lib.home_manager import (
    dag,
    deprecations,
    formats,
    generators,
    gvariant,
    kdl,
    mcp,
    nushell,
    shell,
    small,
    strings,
)
from hmls.lang.lib.support import functions
from hmls.lang.values import (
    Attrs,
    Cause,
    Lazy,
    OpenAttrs,
    Thunk,
    Unknown,
    Value,
    VersionedAttrs,
)

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

Constants = Callable[["Interp"], Mapping[str, Lazy]]

OTHER_VERSION = Cause("home-manager", "this part of Home Manager's lib is not known here")
_PARTS: dict[str, tuple[tuple[Registry, ...], Constants | None]] = {
    "assertions": ((small.assertions,), None),
    "booleans": ((strings.booleans,), None),
    "dag": ((dag.register,), dag.constants),
    "darwin": ((small.darwin,), small.darwin_constants),
    "deprecations": ((deprecations.register,), None),
    "generators": ((generators.register, formats.register, kdl.register), None),
    "git": ((small.git,), None),
    "gvariant": ((gvariant.register,), gvariant.constants),
    "mcp": ((mcp.register,), None),
    "nushell": ((nushell.register,), None),
    "shell": ((shell.register,), None),
    "strings": ((strings.register,), None),
    "zsh": ((shell.zsh,), None),
}


def make_hm_lib(interp: Interp, types: Lazy = None) -> Attrs:
    """`lib.hm`, with `lib.hm.types` as given. What another version has besides is unknown."""
    made: dict[str, Lazy] = {name: Thunk(lambda n: _part(interp, n), name) for name in _PARTS}
    made["maintainers"] = Unknown("lib.hm.maintainers", OTHER_VERSION)
    made["types"] = Unknown("lib.hm.types", OTHER_VERSION) if types is None else types
    return VersionedAttrs(made, Unknown("lib.hm", OTHER_VERSION), None)


def _part(interp: Interp, name: str) -> Attrs:
    registers, constants = _PARTS[name]
    made: dict[str, Lazy] = {}
    for register in registers:
        made.update(functions(f"lib.hm.{name}", register, interp))
    if constants is not None:
        made.update(constants(interp))
    return VersionedAttrs(made, Unknown(f"lib.hm.{name}", OTHER_VERSION), None)


def additions(interp: Interp, lib: Lazy, types: Lazy = None) -> dict[str, Lazy]:
    """What Home Manager adds to a lib. Source: modules/lib/stdlib-extended.nix."""
    maintainers = delayed(lambda: _with_own(get(expect_attrs(lib), "maintainers")))
    return {"hm": make_hm_lib(interp, types), "maintainers": maintainers}


def _with_own(maintainers: Value) -> Value:
    """Nixpkgs' maintainers, and those that only Home Manager has, who are not known."""
    own = Unknown("lib.maintainers", OTHER_VERSION)
    return OpenAttrs(maintainers, own) if isinstance(maintainers, Attrs) else own
