"""Packages: version, description, licence and place, as their files say them."""

from __future__ import annotations

from hmls.homes.package_names import packages_of
from hmls.homes.repository import Repository
from hmls.ide.hover.text import Link, Parts, code, escape
from hmls.ide.line_place import line_place
from hmls.ide.package_text import about
from hmls.ide.subject import Attribute, FreeName
from hmls.syntax.scopes import root_path, withs_at


def about_package(repository: Repository, attribute: Attribute) -> Parts | None:
    """`pkgs.ripgrep`."""
    for path in attribute.paths:
        found = _told(repository, ".".join(path[1:])) if path[0] == "pkgs" else None
        if found is not None:
            return found
    return None


def about_free_package(repository: Repository, free: FreeName) -> Parts | None:
    """A name that `with pkgs;` brings in."""
    for environment in withs_at(free.node):
        start = root_path(environment)
        if start is not None and start[0] == "pkgs":
            found = _told(repository, ".".join((*start[1:], free.name)))
            if found is not None:
                return found
    return None


def _told(repository: Repository, name: str) -> Parts | None:
    packages = packages_of(repository)
    if packages is None:
        return None
    found = packages.packages.get(name)
    if found is None:
        alias = packages.aliases.get(name)
        if alias is None:
            return None
        return [f"**{escape(name)}** · an old name in {escape(packages.label)}\n\n", code(alias)]
    paragraphs = list(about(name, found, packages.label))
    parts: Parts = [f"{paragraph}\n\n" for paragraph in paragraphs]
    if found.file:
        file = f"{repository.files.store_root}{packages.store_path}/{found.file}"
        place = line_place(repository, file, found.line)
        if place is not None:
            parts[-1] = Link(escape(f"{found.file}:{found.line}"), place)
            parts.append(f" of {escape(packages.label)}\n")
    return parts
