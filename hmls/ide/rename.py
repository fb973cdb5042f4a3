"""Renaming: users and hosts with their folders and every mention, variables within a file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hmls.homes.layout import Layer
from hmls.homes.mentions import Mention, Names, mentions
from hmls.homes.named_folders import named_folders
from hmls.homes.repository import Repository
from hmls.homes.workspace import View
from hmls.ide.subject import Local, Subject, subject_at
from hmls.ide.types import FileEdit, RenameFile, TextEdit, WorkspaceEdit
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import node_text
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.local_rename import CannotRename, Replacement, rename_local, spelled_out
from hmls.syntax.parse import Source, named_at, parse, syntax_problems

_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_RESERVED = ("global", "droid")


@dataclass(frozen=True, slots=True)
class Renameable:
    """The bytes that hold the name, and the name."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something cannot be renamed, or not so."""

    why: str


def prepare_rename(view: View, path: str, offset: int) -> Renameable | Refused:
    """What a rename at a byte offset would rename."""
    asked = _asked(view, path, offset)
    match asked:
        case Refused():
            return asked
        case (_, source, _, Mention() as mention):
            start, end = mention.start, mention.end
            if source.text[start : start + 1] == b'"':
                start, end = start + 1, end - 1
            return Renameable(start, end, mention.name)
        case (_, source, _, Local() as local):
            refused = _refused_local(source, local, "hmlsNewName")
            if refused is not None:
                return refused
            return Renameable(local.span.start, local.span.end, local.name)
    return Refused("Only users, hosts and variables of a file can be renamed.")


def rename(view: View, path: str, offset: int, new_name: str) -> WorkspaceEdit | Refused:
    """The edits of all files and the renamed folders; they leave every file valid Nix."""
    asked = _asked(view, path, offset)
    match asked:
        case Refused():
            return asked
        case (repository, _, names, Mention() as mention):
            edits = _of_name(repository, names, mention, new_name)
        case (_, source, _, Local() as local):
            edits = _of_local(path, source, local, new_name)
        case _:
            return Refused("Only users, hosts and variables of a file can be renamed.")
    if isinstance(edits, Refused):
        return edits
    return _checked(view, edits)


_Found = tuple[Repository, Source, Names, Subject]


def _asked(view: View, path: str, offset: int) -> _Found | Refused:
    repository, source = view.repository(path), view.source(path)
    if repository is None or source is None:
        return Refused("The file belongs to no flake with homes.")
    names = Names(repository)
    subject = subject_at(repository, names, path, source, offset)
    if subject is None:
        return Refused("Only users, hosts and variables of a file can be renamed.")
    return repository, source, names, subject


def _of_name(
    repository: Repository, names: Names, mention: Mention, new_name: str
) -> list[FileEdit] | Refused:
    if new_name == mention.name:
        return []
    refused = _refused_name(names, mention, new_name)
    if refused is not None:
        return refused
    moves = list({move.old: move for move in _moves(repository, mention, new_name)}.values())
    taken = [move.new for move in moves if os.path.lexists(move.new)]
    if taken:
        return Refused(f"{os.path.relpath(taken[0], repository.root)} exists already.")
    edits: list[FileEdit] = [
        edit
        for file in repository.index.paths
        for found in mentions(names, file, mention.kind, mention.name)
        for edit in _edits(repository, file, found, new_name)
    ]
    return [*edits, *moves]


def _edits(repository: Repository, file: str, found: Mention, new_name: str) -> Iterator[TextEdit]:
    name_there = found.before + new_name
    text = quote_attribute(name_there) if found.is_attribute else name_there
    source = repository.files.source(file) if found.is_inherited else None
    if source is None:
        yield TextEdit(file, found.start, found.end, text)
        return
    # `inherit (people) alice;` binds alice, which others read: `alice = people.eve;`
    name = named_at(source, found.start, found.end)
    while name is not None and name.parent is not None and name.parent.type != "inherited_attrs":
        name = name.parent
    clause = None if name is None or name.parent is None else name.parent.parent
    base = None if clause is None else clause.child_by_field_id(Field.EXPRESSION)
    if name is None or base is None:
        return
    old = quote_attribute(found.name)
    simple = base.kind_id in (Kind.VARIABLE, Kind.SELECT)
    selected = node_text(base) if simple else f"({node_text(base)})"
    for each in spelled_out(name, old, f"{selected}.{text}"):
        yield TextEdit(file, each.start, each.end, each.text)


def _refused_name(names: Names, mention: Mention, new_name: str) -> Refused | None:
    pattern = _USER if mention.kind == "user" else _HOST
    if pattern.fullmatch(new_name) is None:
        return Refused(f"“{new_name}” is no valid name of a {mention.kind}.")
    if mention.kind == "host" and new_name in _RESERVED:
        return Refused(f"@{new_name} is a layer of its own, so no host can be called so.")
    if names.has(mention.kind, new_name):
        return Refused(f"There is a {mention.kind} {new_name} already.")
    return None


def _moves(repository: Repository, mention: Mention, new_name: str) -> Iterator[RenameFile]:
    """The folders and files that carry the name: layers, and the system of a host."""
    layout = repository.layout
    if mention.kind == "user":
        for folder in layout.folders_of(mention.name):
            yield RenameFile(folder, os.path.join(os.path.dirname(folder), new_name))
    for layer in layout.layers:
        name = layer.user if mention.kind == "user" else layer.host
        if name == mention.name:
            yield from _move_of_layer(layer, mention, new_name)
    if mention.kind == "host" and mention.name in layout.systems:
        folder = layout.systems[mention.name]
        yield RenameFile(folder, os.path.join(os.path.dirname(folder), new_name))
    for path, name in named_folders(repository).items():
        user, at, host = name.partition("@")
        if mention.kind == "host" and not at:
            user, host = "", name
        if mention.name == (user if mention.kind == "user" else host):
            renamed = f"{new_name}{at}{host}" if mention.kind == "user" else f"{user}{at}{new_name}"
            end = os.path.basename(path)[len(name) :]
            yield RenameFile(path, os.path.join(os.path.dirname(path), renamed + end))


def _move_of_layer(layer: Layer, mention: Mention, new_name: str) -> Iterator[RenameFile]:
    base = os.path.basename(layer.folder)
    stem = base.removesuffix(".nix")
    if stem == layer.name:
        user, at, host = stem.partition("@")
        renamed = f"{new_name}{at}{host}" if mention.kind == "user" else f"{user}@{new_name}"
    elif stem == mention.name:
        renamed = new_name
    else:
        return
    renamed += base[len(stem) :]
    yield RenameFile(layer.folder, os.path.join(os.path.dirname(layer.folder), renamed))


def _refused_local(source: Source, local: Local, new_name: str) -> Refused | None:
    try:
        rename_local(source, local.binder, new_name)
    except CannotRename as reason:
        return Refused(str(reason))
    return None


def _of_local(path: str, source: Source, local: Local, new_name: str) -> list[FileEdit] | Refused:
    try:
        replaced: list[Replacement] = rename_local(source, local.binder, new_name)
    except CannotRename as reason:
        return Refused(str(reason))
    return [TextEdit(path, each.start, each.end, each.text) for each in replaced]


def _checked(view: View, edits: list[FileEdit]) -> WorkspaceEdit | Refused:
    """The edits, unless they would break a file that is valid now."""
    by_file: dict[str, list[TextEdit]] = {}
    for edit in edits:
        if isinstance(edit, TextEdit):
            by_file.setdefault(edit.path, []).append(edit)
    for path, found in by_file.items():
        source = view.source(path)
        if source is None:
            continue
        after = apply_edits(source.text, found)
        if len(syntax_problems(parse(after))) > len(syntax_problems(source)):
            return Refused(f"{os.path.basename(path)} would not be valid Nix any more.")
    return WorkspaceEdit(tuple(edits))


def apply_edits(text: bytes, edits: list[TextEdit]) -> bytes:
    """A text with edits made."""
    for edit in sorted(edits, key=lambda e: e.start, reverse=True):
        text = text[: edit.start] + edit.text.encode() + text[edit.end :]
    return text


__all__ = ["Refused", "Renameable", "apply_edits", "prepare_rename", "rename"]
