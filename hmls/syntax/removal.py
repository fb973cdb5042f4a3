"""Taking a binding out of a text."""

from __future__ import annotations

_BLANKS = b" \t"


def whole_binding(text: bytes, start: int, value_end: int) -> tuple[int, int]:
    """A binding with its semicolon, and with its lines where nothing else is on them.

    `start` is where its attribute path begins, `value_end` where its value ends, in bytes.
    """
    end = text.find(b";", value_end) + 1
    if end == 0:
        return start, value_end
    before, after = start, end
    while before > 0 and text[before - 1] in _BLANKS:
        before -= 1
    while after < len(text) and text[after] in _BLANKS:
        after += 1
    if text[before - 1 : before] == b"\n" and text[after : after + 1] == b"\n":
        return before, after + 1
    return start, after
