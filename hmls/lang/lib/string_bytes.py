"""Strings as Nix has them: sequences of bytes, some of which may stand for unknown hashes."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase

from hmls.lang import coerce, store
from hmls.lang.builtins.strings import slice_bytes
from hmls.lang.errors import Unknowable
from hmls.lang.values import ContextString

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)


def byte_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def characters(text: str) -> list[str]:
    """The single bytes as strings, without context. Raises Unknowable for unknown ones."""
    if store.is_symbolic(text):
        raise Unknowable(store.symbolic_unknown(text))
    if text.isascii():
        return list(str(text))
    raw = text.encode("utf-8", "surrogateescape")
    return [bytes((byte,)).decode("utf-8", "surrogateescape") for byte in raw]


def glued(parts: list[str]) -> str:
    """One string of several; bytes that make a character together become that."""
    joined = "".join(parts)
    if joined.isascii():
        return joined
    return joined.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def lowered(text: str) -> str:
    """With the letters of ASCII in lower case; hashes of store paths are in it already."""
    return coerce.with_context(text.translate(_LOWER), text)


def raised(text: str) -> str:
    """With the letters of ASCII in upper case. Raises Unknowable for unknown hashes."""
    if store.is_symbolic(text):
        raise Unknowable(store.symbolic_unknown(text))
    return coerce.with_context(text.translate(_UPPER), text)


def starts_with(text: str, start: str) -> bool:
    return str(slice_bytes(text, 0, byte_length(start))) == start


def ends_with(text: str, end: str) -> bool:
    offset = byte_length(text) - byte_length(end)
    return offset >= 0 and str(slice_bytes(text, offset, -1)) == end


def with_context_of(source: str, text: str) -> str:
    """`addContextFrom source text`"""
    return text if source.__class__ is str else coerce.with_context(text, source, text)


__all__ = [
    "ContextString",
    "byte_length",
    "characters",
    "ends_with",
    "glued",
    "lowered",
    "raised",
    "starts_with",
    "with_context_of",
]
