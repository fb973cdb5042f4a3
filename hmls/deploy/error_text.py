"""Nix's error text → message, position and trace.

Mirrors showErrorInfo of Nix's src/libutil/error.cc. Since 2.10 or so the outermost frame comes
first and the message last; before, the message came first and the innermost frame after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ESCAPES = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
POSITION = re.compile(
    r"^\s*at (?P<file>\S.*?):(?P<line>\d+):(?P<column>\d+)(?::(?P<more>Did you mean .*)?)?$"
)
"""Nix 2.8 begins no new line behind it where it cannot show the code."""
CODE_LINE = re.compile(r"^\s*\d*\|( .*)?$")
FRAME_START = "… "
TRUNCATED = re.compile(r"^\s*\((?:stack trace truncated|use '--show-trace')")
SUMMARY = re.compile(
    r"^\s*(?:note: trace involved the following derivations:|derivation '[^']*')\s*$"
)
"""What Lix puts behind a message since 2.94, and before the names that may have been meant."""


MAX_MESSAGE_CHARACTERS = 20_000
MAX_TEXT_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Position:
    """A position as Nix prints it: the file is a store path, a path, or «something»."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of a trace: what was being done, and where."""

    hint: str
    position: Position | None


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error. `trace` begins with the frame nearest to it; `text` is all of it, without code."""

    message: str
    position: Position | None
    trace: tuple[Frame, ...]
    text: str


def read_error(text: str) -> ErrorText:
    """Take an error apart. `text` begins at its first `error:` and may be coloured."""
    parts = _parts(strip_escapes(text))
    own = _last_message(parts)
    message, position = parts[own] if parts else ("", None)
    before = [Frame(_hint(hint), at) for hint, at in parts[:own] if _is_frame(hint)]
    after = [Frame(_hint(hint), at) for hint, at in parts[own + 1 :] if _is_frame(hint)]
    return ErrorText(
        message=_without_label(message)[:MAX_MESSAGE_CHARACTERS],
        position=position,
        trace=(*after, *reversed(before)),
        text="\n".join(part for part, _ in parts if part)[:MAX_TEXT_CHARACTERS],
    )


def strip_escapes(text: str) -> str:
    """Text without colours, hyperlinks and other terminal escapes."""
    return ESCAPES.sub("", text)


Part = tuple[str, Position | None]


def _parts(text: str) -> list[Part]:
    """The message and each frame, with their positions, in the order of the text."""
    parts: list[tuple[list[str], Position | None]] = []
    for line in text.splitlines():
        if TRUNCATED.match(line) or CODE_LINE.match(line) or SUMMARY.match(line):
            continue
        if match := POSITION.match(line):
            if parts and parts[-1][1] is None:
                at = Position(match["file"], int(match["line"]), int(match["column"]))
                more = [match["more"]] if match["more"] else []
                parts[-1] = ([*parts[-1][0], *more], at)
        elif not parts or _starts_part(line):
            parts.append(([line], None))
        else:
            parts[-1][0].append(line)
    return [(_dedent(lines), at) for lines, at in parts]


def _starts_part(line: str) -> bool:
    """Nix indents a nested message by seven columns; deeper, the word is part of a message."""
    return re.match(r" {0,7}(?:error:|… )", line) is not None


def _last_message(parts: list[Part]) -> int:
    """The place of the message itself: the last part that is no frame and says something."""
    said = [
        place
        for place, (text, _) in enumerate(parts)
        if not _is_frame(text) and _without_label(text)
    ]
    return said[-1] if said else 0


def _is_frame(text: str) -> bool:
    return text.startswith(FRAME_START)


def _hint(text: str) -> str:
    return text.removeprefix(FRAME_START)


def _without_label(text: str) -> str:
    while text.startswith("error:"):
        text = text.removeprefix("error:").lstrip()
    return text.strip()


def _dedent(lines: list[str]) -> str:
    """The lines of one part, less the indent that Nix adds, without empty lines at the end."""
    first, *rest = lines
    plain = [first.strip(), *(line.removeprefix(" " * 7).rstrip() for line in rest)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(plain)).strip()
