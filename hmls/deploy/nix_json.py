"""One line of `--log-format internal-json` → one event, or None for any other line.

Mirrors JSONLogger in Nix's src/libutil/logging.cc. Numbers are Nix's own; what a version does not
send is left empty, and what it sends in a shape of its own is no event.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

PREFIX = "@nix "

COPY_PATH = 100
FILE_TRANSFER = 101
COPY_PATHS = 103
BUILDS = 104
BUILD = 105
SUBSTITUTE = 108
FETCH_TREE = 112

BUILD_LOG_LINE = 101
SET_PHASE = 104
PROGRESS = 105
SET_EXPECTED = 106
POST_BUILD_LOG_LINE = 107

Field = int | str


@dataclass(frozen=True, slots=True)
class Start:
    """An activity begins. `type` is one of the activity numbers above, 0 when it has none."""

    id: int
    type: int
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """An activity ends, well or badly."""

    id: int


@dataclass(frozen=True, slots=True)
class Result:
    """An activity says something of itself."""

    id: int
    type: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A line for people, with its colours. Level 0 is an error or a trace, 1 a warning, 3 news."""

    level: int
    text: str


Event = Start | Stop | Result | Message


def parse_event(line: str) -> Event | None:
    """The event that a line carries; None if it is not one of Nix's."""
    if not line.startswith(PREFIX):
        return None
    try:
        data = json.loads(line[len(PREFIX) :])
    except ValueError:
        return None
    return _event(data) if isinstance(data, dict) else None


def _event(data: dict[str, Any]) -> Event | None:
    activity, kind = data.get("id"), data.get("type")
    match data.get("action"):
        case "result" if isinstance(activity, int) and isinstance(kind, int):
            return Result(activity, kind, _fields(data))
        case "start" if isinstance(activity, int) and isinstance(kind, int):
            words = data.get("text")
            return Start(activity, kind, words if isinstance(words, str) else "", _fields(data))
        case "stop" if isinstance(activity, int):
            return Stop(activity)
        case "msg":
            return _message(data)
        case _:
            return None


def _message(data: dict[str, Any]) -> Message | None:
    level, text = data.get("level"), data.get("msg")
    if isinstance(level, int) and isinstance(text, str):
        return Message(level, text)
    return None


def _fields(data: dict[str, Any]) -> tuple[Field, ...]:
    fields = data.get("fields")
    if not isinstance(fields, list):
        return ()
    return tuple(field for field in fields if isinstance(field, int | str))
