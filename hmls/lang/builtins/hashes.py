"""Hashes. Source: nix src/libutil/hash.cc, primops.cc."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from hmls.lang import store
from hmls.lang.builtins.arguments import required
from hmls.lang.builtins.files import read_bytes, real_path
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import expect_attrs, expect_plain_string, expect_string
from hmls.lang.values import Cause, Lazy, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()
NIX32 = "0123456789abcdfghijklmnpqrsvwxyz"
_SIZES = {"md5": 16, "sha1": 20, "sha256": 32, "sha512": 64, "blake3": 32}
_BLAKE3 = Cause("unsupported", "the hash function blake3 is not built in")


@register("hashString")
def hash_string(algorithm: Lazy, text: Lazy) -> Value:
    name = _algorithm(expect_plain_string(algorithm))
    found = expect_string(text)
    if store.is_symbolic(found):
        raise Unknowable(store.symbolic_unknown(found))
    return _digest(name, found.encode("utf-8", "surrogateescape")).hex()


@register.with_interp("hashFile")
def hash_file(interp: Interp, algorithm: Lazy, path: Lazy) -> Value:
    name = _algorithm(expect_plain_string(algorithm))
    return _digest(name, read_bytes(interp, real_path(path))).hex()


def _algorithm(name: str) -> str:
    if name not in _SIZES:
        raise NixError(
            f"unknown hash algorithm '{name}', "
            "expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"
        )
    return str(name)


def _digest(algorithm: str, content: bytes) -> bytes:
    import hashlib

    if algorithm == "blake3":
        raise Unknowable(Unknown('builtins.hashString "blake3" …', _BLAKE3, None, "string"))
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()


@register("placeholder")
def placeholder(output: Lazy) -> Value:
    name = expect_plain_string(output)
    return "/" + nix32(_digest("sha256", f"nix-output:{name}".encode()))


@register("convertHash")
def convert_hash(arguments: Lazy) -> Value:
    attrs = expect_attrs(arguments)
    text = expect_plain_string(required(attrs, "hash"))
    algorithm = None
    if "hashAlgo" in attrs:
        algorithm = _algorithm(expect_plain_string(attrs["hashAlgo"]))
    form = expect_plain_string(required(attrs, "toHashFormat"))
    if form not in ("nix32", "base32", "base16", "base64", "sri"):
        raise NixError(
            f"unknown hash format '{form}', expect 'base16', 'base32', 'base64', or 'sri'"
        )
    algorithm, digest = parse_hash(text, algorithm)
    match form:
        case "base16":
            return digest.hex()
        case "base64":
            return base64.b64encode(digest).decode()
        case "sri":
            return f"{algorithm}-{base64.b64encode(digest).decode()}"
    return nix32(digest)


def parse_hash(text: str, algorithm: str | None) -> tuple[str, bytes]:
    """(algorithm, digest) of a hash in any format. Raises NixError."""
    rest, is_sri = text, False
    for separator in (":", "-"):
        prefix, found, after = text.partition(separator)
        if found and (separator == ":" or prefix in _SIZES):
            given = _algorithm(prefix)
            if algorithm is not None and given != algorithm:
                raise NixError(f"hash '{text}' should have type '{algorithm}'")
            algorithm, rest, is_sri = given, after, separator == "-"
            break
    if algorithm is None:
        raise NixError(
            f"hash '{text}' does not include a type, nor is the type otherwise known from context"
        )
    return algorithm, _decode_digest(rest, text, algorithm, is_sri)


def _decode_digest(rest: str, text: str, algorithm: str, is_sri: bool) -> bytes:
    size = _SIZES[algorithm]
    try:
        if not is_sri and len(rest) == 2 * size:
            return bytes.fromhex(rest)
        if not is_sri and len(rest) == (size * 8 - 1) // 5 + 1:
            return _from_nix32(rest, text)
        if is_sri or len(rest) == (4 * size // 3 + 3) & ~3:
            digest = base64.b64decode(rest, validate=True)
            if len(digest) == size:
                return digest
            raise NixError(f"invalid {'SRI' if is_sri else 'base-64'} hash '{text}'")
    except (ValueError, binascii.Error):
        raise NixError(f"invalid base-16 hash '{text}'") from None
    raise NixError(f"hash '{rest}' has wrong length for hash algorithm '{algorithm}'")


def nix32(digest: bytes) -> str:
    """The digits of Nix's base 32: of the number in little endian, the highest first."""
    number = int.from_bytes(digest, "little")
    length = (len(digest) * 8 - 1) // 5 + 1
    return "".join(NIX32[number >> (5 * index) & 31] for index in reversed(range(length)))


def _from_nix32(digits: str, text: str) -> bytes:
    number = 0
    for digit in digits:
        if digit not in NIX32:
            raise NixError(f"invalid Nix32 (Nix's Base-32 encoding) hash '{text}'")
        number = number << 5 | NIX32.index(digit)
    return number.to_bytes(len(digits) * 5 // 8 + 1, "little")[: len(digits) * 5 // 8]
