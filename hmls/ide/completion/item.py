"""One thing that may be completed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ItemKind = Literal["user", "host", "folder", "file", "option", "value", "variable", "package"]


@dataclass(frozen=True, slots=True)
class Item:
    """`start` to `end` is replaced by `text`; `filter_text` is what the editor compares with."""

    label: str
    kind: ItemKind
    text: str
    start: int
    end: int
    detail: str = ""
    documentation: str = ""
    filter_text: str = ""
    sort_key: str = ""
    is_snippet: bool = False
