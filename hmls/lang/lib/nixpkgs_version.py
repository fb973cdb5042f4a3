"""What lib.trivial says of the version of nixpkgs, as far as that is at hand.

A flake gives nixpkgs' lib a version of its own (lib/flake-version-info.nix) by overriding
`versionSuffix`, so that `version` is made of what the lib around it has.
Source: nixpkgs lib/trivial.nix.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hmls.lang.builtins.files import read_file
from hmls.lang.combine import add
from hmls.lang.compare import less_than
from hmls.lang.errors import Unknowable
from hmls.lang.force import call, call2, delayed, expect_attrs, expect_bool, force, select
from hmls.lang.lib.strings import without_suffix
from hmls.lang.lib.support import builtin
from hmls.lang.values import Cause, Lazy, Path, Primop, Thunk, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

NIXPKGS_VERSION = Cause("lib", "depends on the version of nixpkgs")
_OLDEST = "lib.isInOldestRelease is deprecated. Use lib.oldestSupportedReleaseIsAtLeast instead."
_NIXPKGS_VERSION = "lib.nixpkgsVersion is a deprecated alias of lib.version."


def version_members(interp: Interp, lib: Lazy, source: str | None, origin: Lazy) -> dict[str, Lazy]:
    """The members of lib.trivial that hang on the version, for a lib whose folder may be known."""

    def trivial(name: str) -> Value:
        return select(expect_attrs(select(expect_attrs(lib), "trivial")), name)

    def from_source(name: str) -> Lazy:
        if source is None:
            return Unknown(f"lib.trivial.{name}", NIXPKGS_VERSION)
        return delayed(lambda: select(expect_attrs(select(expect_attrs(origin), "trivial")), name))

    def is_at_least(release: Lazy) -> Value:
        return not less_than(trivial("oldestSupportedRelease"), force(release))

    def is_in_oldest() -> Value:
        function = trivial("oldestSupportedReleaseIsAtLeast")
        if expect_bool(call(function, 2411)):
            return call2(builtin(interp, "warn"), _OLDEST, function)
        return function

    def revision(_default: Lazy) -> Value:
        raise Unknowable(Unknown("lib.trivial.revisionWithDefault", NIXPKGS_VERSION))

    return {
        "release": _release(interp, source),
        "codeName": from_source("codeName"),
        "oldestSupportedRelease": from_source("oldestSupportedRelease"),
        # Of a flake they are the date and the revision, which the folder does not tell.
        "versionSuffix": Unknown("lib.trivial.versionSuffix", NIXPKGS_VERSION),
        "revisionWithDefault": Primop("lib.trivial.revisionWithDefault", 1, revision),
        "version": delayed(lambda: add(trivial("release"), trivial("versionSuffix"))),
        "nixpkgsVersion": delayed(
            lambda: call2(builtin(interp, "warn"), _NIXPKGS_VERSION, Thunk(trivial, "version"))
        ),
        "oldestSupportedReleaseIsAtLeast": Primop(
            "lib.trivial.oldestSupportedReleaseIsAtLeast", 1, is_at_least
        ),
        "isInOldestRelease": delayed(is_in_oldest),
    }


def _release(interp: Interp, source: str | None) -> Lazy:
    if source is None:
        return Unknown("lib.trivial.release", NIXPKGS_VERSION)
    file = Path(os.path.join(source, ".version"))
    return delayed(lambda: without_suffix("\n", delayed(lambda: read_file(interp, file))))
