"""A hash that does not match: the ways in which the user's file may have it."""

from __future__ import annotations

from hmls.deploy.problem import ReplaceText
from hmls.lang.builtins.hashes import nix32, parse_hash
from hmls.lang.errors import NixError

_FAKES = ("lib.fakeHash", "lib.fakeSha256", "lib.fakeSha512")
_FIELDS = ("hash", "sha256", "outputHash", "vendorHash", "cargoHash", "npmDepsHash")
"""Fields that are left empty so that Nix tells the hash. It takes an empty one for all zeros."""


def hash_remedies(specified: str, got: str) -> tuple[ReplaceText, ...]:
    """What to replace by the hash that was got (SRI), for each way to write the specified one.

    Nix says both as SRI, as `sha256-…=`; a file may have base 32, base 16, a fake, or nothing.
    """
    plain = (ReplaceText(specified, got),)
    try:
        _, digest = parse_hash(specified, None)
    except NixError:
        return plain
    others = tuple(ReplaceText(old, got) for old in (nix32(digest), digest.hex()))
    if any(digest):
        return plain + others
    fakes = tuple(ReplaceText(name, f'"{got}"') for name in _FAKES)
    empty = tuple(ReplaceText(f'{name} = ""', f'{name} = "{got}"') for name in _FIELDS)
    return plain + others + fakes + empty
