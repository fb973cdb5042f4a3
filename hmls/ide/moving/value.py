"""A value as it is written in another file: paths lead on to where they led, names stay bound."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hmls.lang.builtins import top_level_names
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import node_text, part_name
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.local_rename import Replacement, spelled_out
from hmls.syntax.parse import Node, Source, depth, walk
from hmls.syntax.scopes import Binder, find_binder, inherited_path, root_path, withs_at

_PATH = re.compile(r"\.{1,2}(?:/[A-Za-z0-9._+-]+)+/?|\.{1,2}/?")


_DEEPEST = 500
"""Levels of a value that is looked at: of each name all that stands around it is asked."""


class CannotMove(Exception):
    """Why a setting cannot be moved, in words for the user."""


@dataclass
class Carried:
    """What changes in a value, and the module arguments that it needs where it goes."""

    replaced: list[Replacement] = field(default_factory=list)
    arguments: set[str] = field(default_factory=set)


def carried(value: Node, path: str, target: str) -> Carried:
    """What an expression of one file needs to mean the same in another. Raises CannotMove."""
    if depth(value, _DEEPEST) > _DEEPEST:
        raise CannotMove("It is nested too deeply.")
    found = Carried()
    for node in walk(value):
        if node.kind_id == Kind.VARIABLE:
            _variable(value, node, found)
        elif node.kind_id == Kind.INHERIT:
            _inherit(value, node, found)
        elif node.kind_id == Kind.PATH:
            replaced = _path(node, path, target)
            if replaced is not None:
                found.replaced.append(replaced)
            elif any(child.kind_id == Kind.INTERPOLATION for child in node.named_children):
                raise CannotMove(f"{node_text(node)} is relative to this file.")
    return found


def reindented(source: Source, value: Node, old: int, new: int) -> list[Replacement]:
    """The lines of a value but the first moved from one indentation to another, in columns.

    Lines inside of "…" keep theirs; where there is too little to take away, all lines do.
    """
    text = source.text
    kept = [(n.start_byte, n.end_byte) for n in walk(value) if n.kind_id == Kind.STRING]
    found: list[Replacement] = []
    start = text.find(b"\n", value.start_byte, value.end_byte) + 1
    while start:
        end = start
        while text[end : end + 1] == b" ":
            end += 1
        blank = text[end : end + 1] in (b"\n", b"\r", b"")
        if not blank and not any(first < start < last for first, last in kept):
            if end - start + new - old < 0 or text[end : end + 1] == b"\t":
                return []
            found.append(Replacement(start, end, " " * (end - start + new - old)))
        start = text.find(b"\n", start, value.end_byte) + 1
    return found


def _variable(value: Node, node: Node, found: Carried) -> None:
    name = node_text(node)
    written = _from_outside(value, node, name, found)
    if written is not None:
        found.replaced.append(Replacement(node.start_byte, node.end_byte, written))


def _inherit(value: Node, clause: Node, found: Carried) -> None:
    """`inherit x;` where what x is lies outside of the value."""
    attrs = clause.child_by_field_id(Field.ATTRS)
    outside = clause.parent.parent if clause.parent is not None else None
    if attrs is None or outside is None:
        return
    for part in attrs.named_children:
        if part.kind_id == Kind.COMMENT:
            continue
        name = part_name(part)
        written = _from_outside(value, outside, name, found)
        if written is not None:
            found.replaced += spelled_out(part, quote_attribute(name), written)


def _from_outside(value: Node, at: Node, name: str, found: Carried) -> str | None:
    """What to write for a variable, None if it may stay as it is. Raises CannotMove."""
    binder = find_binder(name, at)
    if binder is not None and _is_inside(value, binder.node):
        return None
    if binder is None:
        return None if name in top_level_names() else _from_with(value, at, name, found)
    if binder.kind == "formal" and _is_module_formal(binder):
        found.arguments.add(name)
        return None
    selected = None if binder.kind in ("formal", "argument") else _path_of(binder)
    argument = None if selected is None else find_binder(selected[0], at)
    if selected is None or argument is None or not _is_module_formal(argument):
        raise CannotMove(f"It uses {name}, which only this file has.")
    found.arguments.add(selected[0])
    return ".".join((selected[0], *map(quote_attribute, selected[1:])))


def _path_of(binder: Binder) -> tuple[str, ...] | None:
    """What a variable of the file selects from an argument: `lib.mkDefault` behind an inherit."""
    if binder.kind == "inherit":
        selected = inherited_path(binder.node)
    else:
        selected = None if binder.value is None else root_path(binder.value)
    return selected if selected is not None and len(selected) > 1 else None


def _from_with(value: Node, at: Node, name: str, found: Carried) -> str | None:
    """A name that a `with` brings in: inside of the value it stays, outside it is spelled out."""
    environments = list(withs_at(at))
    if any(_is_inside(value, environment) for environment in environments):
        return None
    if len(environments) == 1:
        selected = root_path(environments[0])
        argument = None if selected is None else find_binder(selected[0], environments[0])
        if selected is not None and argument is not None and _is_module_formal(argument):
            found.arguments.add(selected[0])
            return ".".join((selected[0], *map(quote_attribute, (*selected[1:], name))))
    raise CannotMove(f"It uses {name}, which only this file has.")


def _is_inside(value: Node, node: Node) -> bool:
    return value.start_byte <= node.start_byte and node.end_byte <= value.end_byte


def _is_module_formal(binder: Binder) -> bool:
    """Whether a formal is one of the function that the module is."""
    if binder.kind != "formal":
        return False
    function: Node | None = binder.node
    while function is not None and function.kind_id != Kind.FUNCTION:
        function = function.parent
    return function is not None and all(
        node.kind_id in (Kind.PARENTHESIZED, Kind.LET, Kind.WITH, Kind.ASSERT, Kind.SOURCE)
        for node in _around(function)
    )


def _around(node: Node) -> Iterator[Node]:
    outer = node.parent
    while outer is not None:
        yield outer
        outer = outer.parent


def _path(node: Node, path: str, target: str) -> Replacement | None:
    """A relative path literal as the other file writes it."""
    text = node_text(node)
    if not text.startswith(".") or "$" in text:
        return None
    leads_to = os.path.normpath(os.path.join(os.path.dirname(path), text))
    relative = os.path.relpath(leads_to, os.path.dirname(target)).replace(os.sep, "/")
    if relative == "." or relative.endswith(".."):
        relative += "/."
    literal = relative if relative.startswith(".") else f"./{relative}"
    if _PATH.fullmatch(literal) is None:
        # Nix has no path literal with such a name in it, `@` for one; adding a string works.
        head, rest = _valid_head(literal)
        quoted = rest.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
        literal = f'({head}/. + "/{quoted}")'
    return Replacement(node.start_byte, node.end_byte, literal)


def _valid_head(literal: str) -> tuple[str, str]:
    """(the part of a path that a literal can write, the rest)."""
    parts = literal.split("/")
    length = 1
    while _PATH.fullmatch("/".join(parts[: length + 1])) is not None:
        length += 1
    return "/".join(parts[:length]), "/".join(parts[length:])
