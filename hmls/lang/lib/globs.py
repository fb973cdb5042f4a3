"""Matching of paths against globs with `*` and `**`. Source: nixpkgs lib/sources.nix."""

from __future__ import annotations

import re


def matches_glob(glob: str, path: str, kind: str) -> bool:
    """Whether a relative path matches, or is a folder that may hold what does."""
    return _matches(_names(glob), _names(path), kind)


def _names(path: str) -> list[str]:
    return path.split("/")


def _matches(globs: list[str], names: list[str], kind: str) -> bool:
    at_glob, at_name = 0, 0
    while at_name < len(names):
        if at_glob >= len(globs):
            return False
        glob, name = globs[at_glob], names[at_name]
        if glob != "**":
            if not _matches_name(glob, name):
                return False
            at_glob, at_name = at_glob + 1, at_name + 1
        elif at_glob + 1 == len(globs):
            return True
        elif _matches_name(globs[at_glob + 1], name):
            at_glob += 1
        else:
            at_name += 1
    return at_glob >= len(globs) or kind in ("directory", "symlink")


def _matches_name(glob: str, name: str) -> bool:
    if glob == "**":
        return True
    pieces = [re.escape(piece) for piece in re.split(r"\*+", glob)]
    return re.fullmatch("[^/]*".join(pieces), name) is not None
