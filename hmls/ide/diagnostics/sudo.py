"""`sudo home-manager` in the strings of a configuration: aliases, scripts, help texts."""

from __future__ import annotations

import re

from hmls.homes.repository import Repository
from hmls.ide.diagnostics.registry import SUDO_HOME_MANAGER, Diagnostic, Fix
from hmls.ide.types import TextEdit, WorkspaceEdit
from hmls.syntax.attrpath import attrpath_names
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node, named_at

_CALL = re.compile(
    rb"\bsudo[ \t]+home-manager[ \t]+(?:switch|build|generations|expire-generations)\b"
)
_PROSE = frozenset(("description", "longDescription", "message", "title"))
"""Texts for people, which may well say not to do it."""


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    text = repository.index[path].text
    if b"home-manager" not in text or b"sudo" not in text:
        return []
    source = repository.files.source(path)
    if source is None:
        return []
    found = []
    for match in _CALL.finditer(text):
        node = named_at(source, match.start(), match.end())
        if node is None or node.type != "string_fragment" or _is_prose(node):
            continue
        end = match.start() + len(b"sudo")
        while text[end : end + 1] in (b" ", b"\t"):
            end += 1
        edit = WorkspaceEdit((TextEdit(path, match.start(), end, ""),))
        message = (
            "home-manager run by sudo deploys the home of root, and leaves files of root's in "
            "yours. Run it as the user whose home it is"
        )
        fix = Fix("Run it without sudo", edit, is_preferred=True)
        place = (match.start(), match.end())
        found.append(Diagnostic(path, *place, SUDO_HOME_MANAGER, message, fixes=(fix,)))
    return found


def _is_prose(node: Node) -> bool:
    outer: Node | None = node
    while outer is not None and outer.kind_id != Kind.BINDING:
        outer = outer.parent
    attrpath = None if outer is None else outer.child_by_field_id(Field.ATTRPATH)
    return attrpath is not None and attrpath_names(attrpath)[-1] in _PROSE
