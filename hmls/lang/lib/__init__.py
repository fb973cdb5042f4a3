"""nixpkgs' lib, natively.

Each file holds functions of one sub-library; `table` says, as nixpkgs' lib/default.nix
does, which of them lib itself has too. What is not native comes from the source of the
nixpkgs in use where that is at hand, and is unknown by its name otherwise.

An extended lib (`lib.extend`) has what the extension gives. Native functions call each
other directly, though: they do not see one that was replaced.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hmls.lang.force import call2, delayed, expect_attrs, force, select
from hmls.lang.lib.fixed_points import extends, make_extensible
from hmls.lang.lib.nixpkgs_version import version_members
from hmls.lang.lib.sublibrary import SubLibrary, inherited
from hmls.lang.lib.support import builtin, function
from hmls.lang.lib.table import BUILTINS, LIBRARIES
from hmls.lang.lib.trivial import const
from hmls.lang.values import (
    Attrs,
    Cause,
    Lazy,
    Primop,
    Thunk,
    Unknown,
    Value,
    VersionedAttrs,
)

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

__all__ = ["SubLibrary", "make_lib"]

OTHER_VERSION = Cause("lib", "not among what is known here of nixpkgs' lib")
_MODULE_SYSTEM = frozenset(("modules", "options", "types"))
_OF_THE_RELEASE = frozenset(("systems",))
"""Parts whose values differ between releases: from the source wherever that is at hand."""
_ONLY_OUTSIDE = frozenset(("extend", "__unfix__", "hm"))
"""What the fixed point and Home Manager add to lib."""
_EVAL_OPTION_VALUE = (
    "External use of `lib.evalOptionValue` is deprecated. If your use case isn't covered by "
    "non-deprecated functions, we'd like to know more and perhaps support your use case well, "
    "instead of providing access to these low level functions. In this case please open an issue "
    "in https://github.com/nixos/nixpkgs/issues/."
)


def make_lib(interp: Interp, more: Sequence[SubLibrary] = (), source: str | None = None) -> Attrs:
    """The lib of nixpkgs as a set, with `more` sub-libraries from elsewhere.

    `source` is the `lib` folder of the nixpkgs in use, on disk.
    """
    libraries = {library.name: library for library in (*LIBRARIES, *more)}
    # The folder itself may stand for what is made here: `import "${nixpkgs}/lib"`.
    whole_source = None if source is None else os.path.join(source, "default.nix")
    origin = None if whole_source is None else delayed(lambda: interp.import_path(whole_source))

    def members(lib: Lazy) -> Value:
        """The set as a function of the lib that its parts see."""
        items: dict[str, Lazy] = {**inherited(interp, BUILTINS.split()), **_aliases(interp, lib)}
        for library in libraries.values():
            if origin is not None and library.name in _OF_THE_RELEASE:
                items[library.name] = Thunk(_selected, (origin, library.name))
            else:
                items[library.name] = Thunk(sub_library, (library, lib))
            for export in library.exports:
                items[export] = Thunk(_selected, (lib, library.name, export))
        return VersionedAttrs(items, Unknown("lib", OTHER_VERSION), origin, absent=_ONLY_OUTSIDE)

    def sub_library(pair: tuple[SubLibrary, Lazy]) -> Value:
        library, lib = pair
        found = dict(library.build(interp, lib))
        if library.name == "trivial":
            found.update(version_members(interp, lib, source, origin))
        beyond = None
        if origin is not None and library.name not in _MODULE_SYSTEM:
            beyond = Thunk(_selected, (origin, library.name))
        return VersionedAttrs(found, Unknown(f"lib.{library.name}", OTHER_VERSION), beyond)

    if source is not None:
        # Modules and types mean the same in functions from the source and in native ones.
        for library in more:
            if library.name in _MODULE_SYSTEM:
                file = os.path.join(source, f"{library.name}.nix")
                native = Thunk(sub_library, (library, origin))
                interp.overrides[file] = Primop("", 2, const, (native,))

    whole: Thunk = delayed(lambda: lib)
    lib = expect_attrs(members(whole))
    lib["extend"] = Primop("lib.extend", 2, _extended, (function(members),))
    return lib


def _extended(members: Lazy, overlay: Lazy) -> Value:
    return make_extensible(Primop("", 3, extends, (overlay, members)))


def _selected(path: tuple[Lazy, ...]) -> Value:
    """`set.name.name`"""
    value, *names = path
    for name in names:
        value = select(expect_attrs(value), name)
    return force(value)


def _aliases(interp: Interp, lib: Lazy) -> dict[str, Lazy]:
    """What lib has under other names."""
    deprecated = Thunk(_selected, (lib, "modules", "evalOptionValue"))
    return {
        "evalOptionValue": delayed(
            lambda: call2(builtin(interp, "warn"), _EVAL_OPTION_VALUE, deprecated)
        ),
        "mkEUI64Suffix": Thunk(_selected, (lib, "network", "ipv6", "mkEUI64Suffix")),
        "platforms": Thunk(_selected, (lib, "systems", "doubles")),
    }
