"""One thing that may be completed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

ItemKind = Literal[
    "user", "host", "folder", "file", "option", "value", "variable", "function", "package"
]


class Item(NamedTuple):
    """`start` to `end` is replaced by `text`; `filter_text` is what the editor compares with.

    Hundreds are made for an answer: as tuples in half the time.
    """

    label: str
    kind: ItemKind
    text: str
    start: int
    end: int
    detail: str = ""
    documentation: str = ""
    explain: Callable[[], str] | None = None
    """Gives the documentation, for items of which there are many. Any thread may call it."""
    filter_text: str = ""
    sort_key: str = ""
    is_snippet: bool = False
    narrows: bool = False
    """There are more like it than are given: to type on brings others."""
    is_group: bool = False
    """A dot may follow: the item is a set of further names."""
    is_language: bool = False
    """A variable or a builtin, which any server for Nix completes."""
