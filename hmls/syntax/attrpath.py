"""Names in attribute paths, as written."""

from __future__ import annotations

import re

from hmls.syntax.kinds import STRINGS, Kind
from hmls.syntax.parse import Node

DYNAMIC = "${…}"
ELEMENT = "*"
"""Any element of a list, as the manuals of Nix write it."""
"""Stands for a name that is only known when the file is evaluated."""
_PLAIN = re.compile(rb"[A-Za-z_][\w'-]*(?:\.[A-Za-z_][\w'-]*)*")


def attrpath_parts(attrpath: Node) -> list[Node]:
    """The nodes of the single names."""
    return [part for part in attrpath.named_children if part.kind_id != Kind.COMMENT]


def attrpath_names(attrpath: Node) -> tuple[str, ...]:
    """The names of an attribute path; DYNAMIC for one that is interpolated."""
    text = attrpath.text
    if text is not None and _PLAIN.fullmatch(text):
        return tuple(text.decode().split("."))
    return tuple(part_name(part) for part in attrpath_parts(attrpath))


def part_name(part: Node) -> str:
    """The name that one part of an attribute path writes."""
    if part.kind_id == Kind.IDENTIFIER:
        return node_text(part)
    if part.kind_id == Kind.INTERPOLATION:
        children = part.named_children
        return plain_string(children[0]) if len(children) == 1 else DYNAMIC
    return plain_string(part)


def plain_string(node: Node) -> str:
    """The text of a string without interpolations and escapes, else DYNAMIC."""
    if node.kind_id not in STRINGS:
        return DYNAMIC
    children = node.named_children
    if not children:
        return ""
    if len(children) == 1 and children[0].type == "string_fragment":
        return node_text(children[0])
    return DYNAMIC


def node_text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


_PART = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^."\s]+))\s*(?:\.|\Z)')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def split_attrpath(text: str) -> tuple[str, ...]:
    """The names of an attribute path in Nix's notation; a text that is none is one name."""
    names: list[str] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            return (text,)
        quoted, bare = match.groups()
        names.append(bare if quoted is None else _ESCAPE.sub(r"\1", quoted))
        at = match.end()
    return tuple(names)
