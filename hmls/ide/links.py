"""Links on the paths that a file names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from hmls.homes.path_texts import path_text_at
from hmls.homes.workspace import View

_IN_STRING = re.compile(rb"[\"'}]/")


@dataclass(frozen=True, slots=True)
class Link:
    start: int
    end: int
    target: str


def document_links(view: View, path: str) -> list[Link]:
    """Path literals that lead to a file; a folder's link leads to its default.nix."""
    repository = view.repository(path)
    if repository is None:
        return []
    found = _in_strings(view, repository.root, path)
    for literal in repository.index[path].paths:
        target = os.path.normpath(os.path.join(os.path.dirname(path), literal.text))
        if os.path.isdir(target):
            target = os.path.join(target, "default.nix")
        if os.path.isfile(target):
            found.append(Link(literal.start, literal.end, target))
    return sorted(found, key=lambda link: link.start)


def _in_strings(view: View, root: str, path: str) -> list[Link]:
    """`folder + "/alice@global"`, which is how paths are written that no literal can say."""
    source = view.source(path)
    if source is None:
        return []
    found: list[Link] = []
    for match in _IN_STRING.finditer(source.text):
        written = path_text_at(source, path, root, match.end())
        if written is None or not written.is_whole or written.start != match.end() - 1:
            continue
        target = written.target
        if os.path.isdir(target):
            target = os.path.join(target, "default.nix")
        if os.path.isfile(target):
            found.append(Link(written.start, written.end, target))
    return found
