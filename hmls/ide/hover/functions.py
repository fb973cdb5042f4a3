"""Functions of nixpkgs' lib, and builtins."""

from __future__ import annotations

from hmls.ide.functions import about_function, free_function, known_function
from hmls.ide.hover.text import Parts
from hmls.ide.subject import Attribute, FreeName, Local
from hmls.syntax.scopes import inherited_path


def about_known(attribute: Attribute) -> Parts | None:
    """`lib.mkIf`, `builtins.map`."""
    found = next(filter(None, map(known_function, attribute.paths)), None)
    return None if found is None else [about_function(found), "\n"]


def about_free(free: FreeName) -> Parts | None:
    """A builtin by its plain name, or what a `with lib;` brings in."""
    found = free_function(free.name, free.node)
    return None if found is None else [about_function(found), "\n"]


def about_inherited(local: Local) -> Parts | None:
    """A name that `inherit (lib) …` binds."""
    if local.binder.kind != "inherit":
        return None
    path = inherited_path(local.binder.node)
    found = None if path is None else known_function(path)
    return None if found is None else [about_function(found), "\n"]
