"""Byte offsets to lines and columns, in the unit that the other side counts in."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class LineIndex:
    """The lines of one text. Lines and columns count from zero, columns in units of an encoding.

    Bytes that are no UTF-8 count as one character each, as an editor shows them.
    """

    text: bytes

    @cached_property
    def line_starts(self) -> list[int]:
        """Byte offset of the start of each line; lines end as in LSP: LF, CR LF or CR."""
        if b"\r" in self.text:
            return [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        *lines, _ = self.text.split(b"\n")
        return list(accumulate((len(line) + 1 for line in lines), initial=0))

    def line_of(self, offset: int) -> int:
        return bisect_right(self.line_starts, offset) - 1

    def position(self, offset: int, encoding: Encoding = "utf-8") -> tuple[int, int]:
        """(line, column) of a byte offset; one past the end is the end."""
        offset = max(0, min(offset, len(self.text)))
        line = self.line_of(offset)
        before = self.text[self.line_starts[line] : offset]
        return line, _width(before, encoding)

    def offset(self, line: int, column: int, encoding: Encoding = "utf-8") -> int:
        """Byte offset of a position; a column past the end of its line is the line's end."""
        if line < 0:
            return 0
        if line >= len(self.line_starts):
            return len(self.text)
        start = self.line_starts[line]
        content = self.line_text(line)
        if encoding == "utf-8" or content.isascii():
            return start + max(0, min(column, len(content)))
        units = 0
        for index, char in enumerate(text := _decode(content)):
            if units >= column:
                return start + len(_encode(text[:index]))
            units += 2 if encoding == "utf-16" and ord(char) > 0xFFFF else 1
        return start + len(content)

    def line_text(self, line: int) -> bytes:
        """The bytes of a line without its end."""
        starts = self.line_starts
        end = starts[line + 1] if line + 1 < len(starts) else len(self.text)
        return self.text[starts[line] : end].rstrip(b"\r\n")


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _width(text: bytes, encoding: Encoding) -> int:
    if encoding == "utf-8" or text.isascii():
        return len(text)
    decoded = _decode(text)
    if encoding == "utf-32":
        return len(decoded)
    return len(decoded) + sum(char > "\uffff" for char in decoded)
