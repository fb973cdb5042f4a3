"""What names the files of a repository use: the order of what is offered."""

from __future__ import annotations

import re
from collections import Counter

from hmls.homes.gathered import Counted
from hmls.homes.index import FileFacts
from hmls.homes.repository import Repository

_WORD = re.compile(rb"(\.?)(?<![\w'/\"-])([a-zA-Z_][\w'-]*)")
_INHERITED = re.compile(rb"\binherit\s*\([^()]*\)([^;]*);")
SELECTED = "."
"""Stands before a name that something is selected by, or inherited from somewhere."""


def word_uses(repository: Repository) -> Counter[str]:
    """How many files have each word, and how many select it (see SELECTED)."""
    return Counted.of(repository.index, _words)


def _words(facts: FileFacts) -> set[str]:
    found = {(dot + word).decode() for dot, word in _WORD.findall(facts.text)}
    for names in _INHERITED.findall(facts.text):
        found.update(SELECTED + name.decode("utf-8", "replace") for name in names.split())
    return found
