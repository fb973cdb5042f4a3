"""lib.network: IPv6 addresses. Source: nixpkgs lib/network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError, Thrown
from hmls.lang.force import call, delayed, expect_int, expect_string
from hmls.lang.lib.support import functions, library
from hmls.lang.values import Attrs, Lazy, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_BITS, _PIECES, _MAX_PIECE = 128, 8, 0xFFFF
_ADDRESS = re.compile(r"[0-9A-Fa-f:]+")
_OCTET = "([0-9A-Fa-f]{2})"
_MAC = re.compile("[-:.]?".join([_OCTET] * 6))


def constants(interp: Interp) -> dict[str, Lazy]:
    return {"ipv6": Attrs(functions("lib.network.ipv6", register, interp))}


@register.with_interp("fromString")
def from_string(interp: Interp, address: Lazy) -> Value:
    """`{ address; prefixLength; }` of an address, perhaps with a prefix length."""
    return Attrs(
        {
            "address": delayed(lambda: _split(interp, expect_string(address))[0]),
            "prefixLength": delayed(lambda: _prefix_length(interp, expect_string(address))),
        }
    )


def _split(interp: Interp, address: str) -> tuple[str, str | None]:
    parts = address.split("/")
    if len(parts) > 2:
        raise Thrown(f"{address} is not a valid IPv6 address in CIDR notation")
    pieces = [_piece(interp, piece) for piece in expanded(parts[0])]
    return ":".join([f"{piece:x}" for piece in pieces]), parts[1] if len(parts) == 2 else None


def _prefix_length(interp: Interp, address: str) -> int:
    parts = address.split("/")
    if len(parts) > 2:
        raise Thrown(f"{address} is not a valid IPv6 address in CIDR notation")
    if len(parts) == 1:
        return _BITS
    length = expect_int(call(library(interp, "strings", "toInt"), parts[1]))
    if not 1 <= length <= _BITS:
        raise Thrown(f"{address} IPv6 subnet should be in range [1;{_BITS}], got {length}")
    return length


def _piece(interp: Interp, digits: str) -> int:
    value = expect_int(call(library(interp, "trivial", "fromHexString"), digits))
    if not 0 <= value <= _MAX_PIECE:
        raise Thrown(f"0x{digits} is not a valid u16 integer")
    return value


def expanded(address: str) -> list[str]:
    """The eight groups of an address, with `::` written out. Raises NixError."""
    if not _ADDRESS.fullmatch(address):
        raise Thrown(f"{address} contains malformed characters for IPv6 address")
    pieces = address.split(":")
    given = [piece for piece in pieces if piece]
    zeros = ["0"] * (_PIECES - len(given))
    if len(given) > _PIECES:
        raise NixError(f"cannot create list of size {_PIECES - len(given)}")
    if address == "::":
        return zeros
    outer = address.startswith("::") or address.endswith("::")
    compressed = "::" in address
    empty = 2 if outer else 1 if compressed else 0
    full = len(given) >= _PIECES
    if len(pieces) - len(given) != empty or full == compressed:
        raise Thrown(f"{address} is not a valid IPv6 address")
    if address.startswith("::"):
        return zeros + given
    if address.endswith("::"):
        return given + zeros
    return [part for piece in pieces for part in ([piece] if piece else zeros)]


@register("mkEUI64Suffix")
def mk_eui64_suffix(mac: Lazy) -> Value:
    """The interface part of an address that is made of a MAC address."""
    text = expect_string(mac)
    octets = _MAC.fullmatch(text)
    if octets is None:
        raise Thrown(f'"{text}" is not a valid MAC address (expected 6 octets of hex digits)')
    first = f"{int(octets[1] + octets[2], 16) ^ 0x200:x}"
    return f"{first}:{octets[3]}ff:fe{octets[4]}:{octets[5]}{octets[6]}".lower()
