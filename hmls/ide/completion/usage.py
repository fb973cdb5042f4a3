"""What names the files of a repository use: the order of what is offered."""

from __future__ import annotations

import re
from collections import Counter

from hmls.homes.gathered import Counted
from hmls.homes.index import FileFacts
from hmls.homes.repository import Repository

_WORD = re.compile(rb"(?<![\w'\"/-])[a-zA-Z_][\w'-]*")


def word_uses(repository: Repository) -> Counter[str]:
    """How many files have each word."""
    return Counted.of(repository.index, _words)


def _words(facts: FileFacts) -> set[str]:
    return {word.decode() for word in _WORD.findall(facts.text)}
