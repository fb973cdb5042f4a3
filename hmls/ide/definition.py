"""Where what stands at a position is made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import assert_never

from hmls.homes.mentions import Mention, Names
from hmls.homes.offered import declared_in, offered_option, tables_for
from hmls.homes.package_names import packages_of
from hmls.homes.repository import Repository
from hmls.homes.workspace import View
from hmls.homes.written import argument_site, attribute_site, path_of_attribute
from hmls.ide.called import attribute_written
from hmls.ide.callers import given_arguments
from hmls.ide.library_places import library_places
from hmls.ide.line_place import line_place
from hmls.ide.setting_places import declarations_of, definitions_of
from hmls.ide.subject import (
    Attribute,
    FileName,
    FreeName,
    InputName,
    Local,
    OptionName,
    SettingName,
    Subject,
    default_file,
    subject_at,
)
from hmls.ide.types import Place
from hmls.lang.values import Site
from hmls.syntax.attrpath import ELEMENT
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node, Source, named_at
from hmls.syntax.scopes import root_path, withs_at


@dataclass(frozen=True, slots=True)
class Found:
    """The places, the likeliest first, and the bytes that were asked from."""

    places: tuple[Place, ...]
    start: int
    end: int


def definition(view: View, path: str, offset: int) -> Found | None:
    """The definitions of a setting over all layers, or where anything else comes from."""
    asked = _Asked.at(view, path, offset)
    if asked is None:
        return None
    places = _places(asked, asked.subject)
    return Found(tuple(dict.fromkeys(places)), *asked.span)


def declaration(view: View, path: str, offset: int) -> Found | None:
    """The options of a setting; for anything else the same as its definition."""
    asked = _Asked.at(view, path, offset)
    if asked is None:
        return None
    subject = asked.subject
    if isinstance(subject, OptionName):
        found = declarations_of(asked.repository, asked.path, subject.path, None)
        return Found(tuple(found), *asked.span)
    if not isinstance(subject, SettingName):
        return Found(tuple(dict.fromkeys(_places(asked, subject))), *asked.span)
    return Found(tuple(_declared(asked, subject)), *asked.span)


@dataclass(frozen=True, slots=True)
class _Asked:
    repository: Repository
    names: Names
    path: str
    source: Source
    subject: Subject
    span: tuple[int, int]

    @classmethod
    def at(cls, view: View, path: str, offset: int) -> _Asked | None:
        repository, source = view.repository(path), view.source(path)
        if repository is None or source is None:
            return None
        names = Names.of(repository)
        subject = subject_at(repository, names, path, source, offset)
        if subject is None:
            return None
        if isinstance(subject, Mention):
            span = subject.start, subject.end
        else:
            span = subject.span.start, subject.span.end
        return cls(repository, names, path, source, subject, span)


def _places(asked: _Asked, subject: Subject) -> list[Place]:
    match subject:
        case Mention():
            return _named(asked, subject)
        case SettingName(path=names) if ELEMENT in names:
            return _declared(asked, subject)
        case SettingName():
            found = definitions_of(asked.repository, asked.path, subject.path, subject.space)
            return found or _declared(asked, subject)
        case OptionName(path=names):
            found = definitions_of(asked.repository, asked.path, names, None)
            return found or declarations_of(asked.repository, asked.path, names, None)
        case Local():
            return _local(asked, subject)
        case Attribute():
            return _attribute(asked, subject)
        case FreeName():
            return _free(asked, subject)
        case InputName():
            return _input(asked.repository, subject.name)
        case FileName():
            target = default_file(subject.target)
            return [] if target is None else [Place(target, 0, 0)]
        case _:
            assert_never(subject)


def _declared(asked: _Asked, subject: SettingName) -> list[Place]:
    """The options in this repository, else those in the sources of inputs."""
    repository = asked.repository
    found = declarations_of(repository, asked.path, subject.path, subject.space)
    if found and ELEMENT not in subject.path:
        return found
    option = offered_option(tables_for(repository, asked.path, subject.space), subject.path)
    if option is None:
        return found
    files = ((declared_in(repository, option[1], file), line) for file, line in option[0].places)
    places = [line_place(repository, file, line) for file, line in files if file is not None]
    return [place for place in places if place is not None] or found


def _package(asked: _Asked, name: str) -> list[Place]:
    """Where nixpkgs in the store makes a package."""
    packages = packages_of(asked.repository)
    found = None if packages is None else packages.packages.get(name)
    if packages is None or found is None or not found.file:
        return []
    file = f"{asked.repository.files.store_root}{packages.store_path}/{found.file}"
    place = line_place(asked.repository, file, found.line)
    return [] if place is None else [place]


def _named(asked: _Asked, mention: Mention) -> list[Place]:
    """The layers of a user; the system of a host, and its layers."""
    files: list[str] = []
    if mention.kind == "user":
        user = asked.names.users[mention.name]
        order = {"base": 0, "global": 1, "host": 2, "droid": 3}
        layers = sorted(user.layers, key=lambda layer: (order[layer.kind], layer.folder))
        files += [layer.entry for layer in layers if layer.has_entry]
        files += [
            meta
            for layer in layers
            for name in ("meta.nix", "meta.json")
            if os.path.isfile(meta := os.path.join(layer.folder, name))
        ]
        targets = user.targets
    else:
        host = asked.names.hosts[mention.name]
        system = None if host.folder is None else default_file(host.folder)
        files += [] if system is None else [system]
        files += [layer.entry for layer in host.layers if layer.has_entry]
        targets = host.targets
    places = [Place(file, 0, 0) for file in files]
    if places:
        return places
    sites = [_place(asked.repository, target.site) for target in targets]
    return [place for place in sites if place is not None]


def _local(asked: _Asked, local: Local) -> list[Place]:
    """The binding of a variable; from that itself, to what gives it its value."""
    binder = local.binder
    own = Place(asked.path, binder.node.start_byte, binder.node.end_byte, _around(binder.node))
    at_binder = local.span.start == binder.node.start_byte
    if binder.kind == "formal" and at_binder:
        return _argument(asked, local.name) or [own]
    if binder.kind == "inherit":
        return _inherited(asked, binder.node) or [own]
    return [own]


def _argument(asked: _Asked, name: str) -> list[Place]:
    """Where an argument of the file's function gets its value."""
    site = argument_site(asked.repository, asked.path, name)
    place = _place(asked.repository, site)
    if place is not None:
        return [place]
    found = given_arguments(asked.repository, asked.path, name)
    if found:
        return found
    return _input(asked.repository, "nixpkgs") if name == "pkgs" else []


def _inherited(asked: _Asked, name_node: Node) -> list[Place]:
    """What `inherit (source) name` takes its value from."""
    clause = name_node.parent.parent if name_node.parent is not None else None
    if clause is None or clause.kind_id != Kind.INHERIT_FROM:
        return []
    inner = subject_at(asked.repository, asked.names, asked.path, asked.source, name_node.end_byte)
    return _places(asked, inner) if isinstance(inner, Attribute | SettingName | InputName) else []


def _attribute(asked: _Asked, attribute: Attribute) -> list[Place]:
    if attribute.base is not None:
        found = _written(asked, attribute.base, attribute.names)
        if found:
            return found
    for path in attribute.paths:
        found = _selected(asked, path)
        if found:
            return found
    return []


def _selected(asked: _Asked, path: tuple[str, ...]) -> list[Place]:
    """What is selected from an argument of the file, by its path."""
    if path[0] == "pkgs":
        return _package(asked, ".".join(path[1:]))
    site = attribute_site(asked.repository, asked.path, path)
    place = _place(asked.repository, site)
    if place is not None:
        return [place]
    target = path_of_attribute(asked.repository, asked.path, path)
    file = None if target is None else default_file(target)
    if file is not None:
        return [Place(file, 0, 0)]
    return library_places(asked.repository, path)


def _written(asked: _Asked, base: Node, names: tuple[str, ...]) -> list[Place]:
    """Where an attribute of an expression is bound, in the files of the repository."""
    found = attribute_written(asked.repository, asked.path, base, names)
    if found is None:
        return []
    start, end = found.node.start_byte, found.node.end_byte
    return [Place(found.path, start, end, _around(found.node))]


def _free(asked: _Asked, free: FreeName) -> list[Place]:
    """What a `with` around a name brings in; the innermost that has it."""
    for environment in withs_at(free.node):
        found = _written(asked, environment, (free.name,))
        if found:
            return found
        start = root_path(environment)
        if start is None:
            continue
        if start == ("inputs",):
            found = _input(asked.repository, free.name)
        elif start[0] == "config":
            found = definitions_of(asked.repository, asked.path, (*start[1:], free.name), "home")
        else:
            found = _selected(asked, (*start, free.name))
        if found:
            return found
    return []


def _input(repository: Repository, name: str) -> list[Place]:
    """Where flake.nix declares an input."""
    path = repository.flake.path
    if name == "self":
        outputs = (d for d in repository.index[path].defined if d.path == ("outputs",))
        return [Place(path, d.start, d.end) for d in outputs]
    found = [d for d in repository.index[path].defined if d.path[:2] == ("inputs", name)]
    found.sort(key=lambda defined: len(defined.path))
    return [Place(path, d.start, d.end, (d.start, d.value_end)) for d in found[:1]]


def _place(repository: Repository, site: Site | None) -> Place | None:
    """The name of the binding at a site, with the binding around it."""
    if site is None:
        return None
    path = repository.files.on_disk(site.unit.path)
    source = repository.files.source(path) if os.path.isfile(path) else None
    if source is None:
        return None
    node = named_at(source, site.start, site.start)
    while node is not None and node.start_byte == site.start:
        attrpath = node.child_by_field_id(Field.ATTRPATH)
        if node.kind_id == Kind.BINDING and attrpath is not None:
            around = site.start, site.end
            return Place(path, attrpath.start_byte, attrpath.end_byte, around)
        node = node.parent
    return Place(path, site.start, site.end)


def _around(node: Node) -> tuple[int, int] | None:
    """The whole binding or formal of a name."""
    parent = node.parent
    if parent is not None and parent.kind_id == Kind.ATTRPATH:
        parent = parent.parent
    if parent is None or parent.kind_id not in (Kind.BINDING, Kind.FORMAL):
        return None
    return parent.start_byte, parent.end_byte
