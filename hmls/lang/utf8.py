"""Strings are bytes: what is no UTF-8 in them, and where.

A Python string stands for the bytes of its UTF-8; a byte that belongs to no character is a
surrogate escape. Two strings that end and begin in halves of a character must be mended
when they are joined, for otherwise two texts of equal bytes would differ.
"""

from __future__ import annotations

import re

from hmls.lang.budget import check_length

_HALVES = re.compile("[\udc80-\udcff]{2}")
_CHARACTER = re.compile(
    rb"[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_FILLERS = (
    b"",
    b"\x80",
    b"\xa0",
    b"\x90",
    b"\x80\x80",
    b"\xa0\x80",
    b"\x90\x80\x80",
    b"\x80\x80\x80",
)


def encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def decode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def mended(text: str) -> str:
    """A text that was put together of others, halves of characters joined to whole ones.

    Raises GaveUp for one that grows beyond this machine's memory.
    """
    check_length(len(text))
    if text.isascii() or _HALVES.search(text) is None:
        return text
    return decode(encode(text))


def character_end(raw: bytes, start: int) -> int | None:
    """The end of the character that begins at an offset; None if none does."""
    match = _CHARACTER.match(raw, start)
    return None if match is None else match.end()


def offending_byte(raw: bytes, start: int) -> int:
    """Where the bytes from `start` on stop being the beginning of a character.

    That is `len(raw)` if only the end of one is missing.
    """
    end = start + 1
    while end <= len(raw) and _begins_character(raw[start:end]):
        end += 1
    return end - 1


def _begins_character(raw: bytes) -> bool:
    return any(_CHARACTER.fullmatch(raw + filler) for filler in _FILLERS)
