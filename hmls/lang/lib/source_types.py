"""lib.sourceTypes: where a package's content comes from. Source: nixpkgs lib/source-types.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.values import Attrs, Lazy

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_NAMES = ("fromSource", "binaryNativeCode", "binaryBytecode", "binaryFirmware", "obfuscatedCode")


def constants(_interp: Interp) -> dict[str, Lazy]:
    return {name: Attrs({"shortName": name, "isSource": name == "fromSource"}) for name in _NAMES}
