"""Renaming a variable within its file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmls.syntax.attrpath import attrpath_parts, node_text, part_name
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node, Source, named_at
from hmls.syntax.scopes import Binder, find_binder
from hmls.syntax.uses import Use, occurrences, uses_of

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")
_TAKEN = frozenset(
    ("assert", "builtins", "else", "false", "if", "in", "inherit", "let", "null", "or", "rec",
     "then", "true", "with")
)  # fmt: skip


class CannotRename(Exception):
    """Why a variable cannot be renamed, or not so, in words for the user."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Bytes `start` to `end` of the file become `text`."""

    start: int
    end: int
    text: str


def rename_local(source: Source, binder: Binder, new_name: str) -> list[Replacement]:
    """All replacements for another name of a binding of this very tree. Raises CannotRename."""
    _check(source, binder, new_name)
    found: list[Replacement] = []
    for use in uses_of(source, binder):
        if use.kind == "inherit":
            found += spelled_out(use.node, part_name(use.node), new_name)
        else:
            found.append(Replacement(use.start, use.end, new_name))
    if binder.kind == "formal":
        found += _in_calls(source, binder, new_name)
    return found


def _check(source: Source, binder: Binder, new_name: str) -> None:
    if _IDENTIFIER.fullmatch(new_name) is None or new_name in _TAKEN:
        raise CannotRename(f"“{new_name}” is no valid name of a variable.")
    if binder.kind == "rec":
        raise CannotRename(f"{binder.name} is an attribute, which others may select by its name.")
    if binder.kind == "inherit":
        raise CannotRename(f"{binder.name} is inherited: its name is that of where it comes from.")
    if any(source.is_deep(start) for start, _ in occurrences(source.text, binder.name)):
        raise CannotRename(f"{binder.name} is used too deep in nested expressions to be followed.")
    if new_name != binder.name and any(
        _is_variable(named_at(source, start, end))
        for start, end in occurrences(source.text, new_name)
    ):
        raise CannotRename(f"{new_name} is used in this file already.")


def _is_variable(node: Node | None) -> bool:
    """Whether a name is a variable or binds one."""
    parent = None if node is None else node.parent
    if node is None or parent is None or node.kind_id not in (Kind.IDENTIFIER, Kind.VARIABLE):
        return False
    if node.kind_id == Kind.VARIABLE or parent.kind_id in (
        Kind.VARIABLE, Kind.FORMAL, Kind.FUNCTION,
    ):  # fmt: skip
        return True
    if parent.type == "inherited_attrs":
        return True
    if parent.kind_id != Kind.ATTRPATH or parent.parent is None:
        return False
    group = parent.parent.parent
    owner = None if group is None else group.parent
    return owner is not None and owner.kind_id in (Kind.LET, Kind.REC_ATTRSET, Kind.LET_ATTRSET)


def spelled_out(name: Node, attribute: str, variable: str) -> list[Replacement]:
    """`inherit a b;` with a taken out: `inherit b; a = variable;`."""
    attrs = name.parent
    clause = None if attrs is None else attrs.parent
    assert attrs is not None
    assert clause is not None
    binding = f"{attribute} = {variable};"
    others = [
        part for part in attrs.named_children if part != name and part.kind_id != Kind.COMMENT
    ]
    if not others:
        return [Replacement(clause.start_byte, clause.end_byte, binding)]
    text, start = clause.text or b"", name.start_byte
    while text[start - 1 - clause.start_byte : start - clause.start_byte].isspace():
        start -= 1
    return [
        Replacement(start, name.end_byte, ""),
        Replacement(clause.end_byte, clause.end_byte, f" {binding}"),
    ]


def _in_calls(source: Source, binder: Binder, new_name: str) -> list[Replacement]:
    """The arguments of the calls of a function that is bound by a `let` of the file.

    Of any other function the callers are not known, and they name the argument.
    """
    unknown = CannotRename(f"Callers of the function give it {binder.name} by this name.")
    function: Node | None = binder.node
    while function is not None and function.kind_id != Kind.FUNCTION:
        function = function.parent
    value = function
    while value is not None and value.parent is not None and (
        value.parent.kind_id == Kind.PARENTHESIZED
    ):  # fmt: skip
        value = value.parent
    binding = None if value is None else value.parent
    attrpath = None if binding is None else binding.child_by_field_id(Field.ATTRPATH)
    parts = [] if attrpath is None else attrpath_parts(attrpath)
    if function is None or len(parts) != 1:
        raise unknown
    called = find_binder(part_name(parts[0]), function)
    if called is None or called.kind != "let" or called.node != parts[0]:
        raise unknown
    found: list[Replacement] = []
    for use in uses_of(source, called):
        if use.kind != "binding":
            found += _in_call(use, binder.name, new_name, unknown)
    return found


def _in_call(use: Use, name: str, new_name: str, unknown: CannotRename) -> list[Replacement]:
    call = use.node.parent
    argument = None if call is None else call.child_by_field_id(Field.ARGUMENT)
    if call is None or call.kind_id != Kind.APPLY or argument is None or argument == use.node:
        raise unknown
    if argument.kind_id != Kind.ATTRSET:
        raise unknown
    found: list[Replacement] = []
    for group in argument.named_children:
        for clause in group.named_children if group.kind_id == Kind.BINDING_SET else ():
            attrpath = clause.child_by_field_id(Field.ATTRPATH)
            attrs = clause.child_by_field_id(Field.ATTRS)
            if attrpath is not None:
                first = attrpath_parts(attrpath)[0]
                if part_name(first) == name:
                    found.append(Replacement(first.start_byte, first.end_byte, new_name))
            for part in attrs.named_children if attrs is not None else ():
                if part_name(part) == name and clause.kind_id == Kind.INHERIT:
                    found += spelled_out(part, new_name, node_text(part))
                elif part_name(part) == name:
                    raise unknown
    return found
