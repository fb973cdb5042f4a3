"""Everywhere that something is used, and the same within one file to be highlighted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from hmls.homes.mentions import Mention, Names, mentions
from hmls.homes.repository import Repository
from hmls.homes.workspace import View
from hmls.ide.callers import importers
from hmls.ide.setting_places import declarations_of, definitions_of
from hmls.ide.subject import (
    Attribute,
    FileName,
    InputName,
    Local,
    OptionName,
    SettingName,
    Subject,
    setting_of,
    subject_at,
)
from hmls.ide.types import Place
from hmls.syntax.attrpath import DYNAMIC
from hmls.syntax.cursor import BindingName, context_at
from hmls.syntax.parse import Source
from hmls.syntax.uses import occurrences, uses_of


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that uses something, or with `is_definition` gives it its value."""

    place: Place
    is_definition: bool = False


def references(view: View, path: str, offset: int, *, definitions: bool) -> list[Place]:
    """All uses in all files, with the definitions if wanted, by file and place."""
    found = _references(view, path, offset, only=None)
    return _sorted(r.place for r in found if definitions or not r.is_definition)


def highlights(view: View, path: str, offset: int) -> list[Reference]:
    """The uses and definitions within the file itself, in the order of the text."""
    found = [r for r in _references(view, path, offset, only=path) if r.place.path == path]
    return sorted(dict.fromkeys(found), key=lambda reference: reference.place.start)


def _references(view: View, path: str, offset: int, only: str | None) -> list[Reference]:
    repository, source = view.repository(path), view.source(path)
    if repository is None or source is None:
        return []
    names = Names(repository)
    subject = subject_at(repository, names, path, source, offset)
    files = repository.index.paths if only is None else (only,)
    match subject:
        case None:
            return []
        case Mention():
            return _of_name(names, files, subject)
        case SettingName():
            return list(_of_setting(repository, path, files, subject, only))
        case Local():
            return [
                Reference(Place(path, use.start, use.end), use.kind == "binding")
                for use in uses_of(source, subject.binder)
            ]
        case FileName():
            target = subject.target
            entry = os.path.join(target, "default.nix") if os.path.isdir(target) else target
            return [Reference(place) for place in importers(repository, entry)]
        case _:
            return list(_alike(repository, names, files, subject))


def _of_name(names: Names, files: tuple[str, ...], mention: Mention) -> list[Reference]:
    return [
        Reference(Place(file, found.start, found.end))
        for file in files
        for found in mentions(names, file, mention.kind, mention.name)
    ]


def _of_setting(
    repository: Repository,
    path: str,
    files: tuple[str, ...],
    setting: SettingName,
    only: str | None,
) -> Iterator[Reference]:
    """Definitions and declarations of exactly this path, and what reads it."""
    for file in files:
        yield from _reads(repository, file, setting)
    if only is not None:
        return
    for place in declarations_of(repository, path, setting.path, setting.space):
        if repository.files.is_inside(place.path):
            yield Reference(_bare(place), is_definition=True)
    for place in definitions_of(repository, path, setting.path, setting.space):
        yield Reference(_bare(place), is_definition=True)


def _reads(repository: Repository, file: str, setting: SettingName) -> Iterator[Reference]:
    name = setting.path[-1]
    text = repository.index[file].text
    if name == DYNAMIC or name.encode() not in text:
        return
    if len(setting.path) > 1 and setting.path[-2].encode() not in text:
        return
    source = repository.files.source(file)
    if source is None:
        return
    for start, end in occurrences(source.text, name):
        context = context_at(source, start + 1 if end - start > 1 else end)
        found = setting_of(repository, file, context)
        if found is None or (found.path, found.space) != (setting.path, setting.space):
            continue
        if isinstance(context, BindingName):
            whole = context.full_path == context.path
            span = context.attrpath if whole else context.span
            yield Reference(Place(file, span.start, span.end), is_definition=True)
        else:
            yield Reference(Place(file, found.span.start, found.span.end))


def _alike(
    repository: Repository, names: Names, files: tuple[str, ...], subject: Subject
) -> Iterator[Reference]:
    """Inputs, and attributes of arguments: what is selected by the same names."""
    match subject:
        case InputName(name=name):
            pass
        case OptionName(path=option):
            name = option[-1]
        case Attribute(path=tuple() as selected):
            name = selected[-1]
        case _:
            return
    for file in files:
        if name.encode() not in repository.index[file].text:
            continue
        source = repository.files.source(file)
        if source is None:
            continue
        for start, end in occurrences(source.text, name):
            at = start + 1 if end - start > 1 else end
            other = subject_at(repository, names, file, source, at)
            if _is_same(subject, other):
                yield Reference(Place(file, start, end), _is_binding(source, at))


def _is_same(subject: Subject, other: Subject | None) -> bool:
    match subject, other:
        case InputName(name=name), InputName(name=found):
            return name == found
        case OptionName(path=option), OptionName(path=found_option):
            return option == found_option
        case Attribute(path=path), Attribute(path=found_path):
            return path == found_path
    return False


def _is_binding(source: Source, offset: int) -> bool:
    return isinstance(context_at(source, offset), BindingName)


def _bare(place: Place) -> Place:
    return Place(place.path, place.start, place.end)


def _sorted(places: Iterator[Place]) -> list[Place]:
    return sorted(dict.fromkeys(places), key=lambda place: (place.path, place.start))
