"""Where nixpkgs' sources in the store define a function of lib."""

from __future__ import annotations

import os
import re

from hmls.homes.inputs import inputs_of_role
from hmls.homes.repository import Repository
from hmls.ide.types import Place

_FILES = (
    "trivial", "attrsets", "lists", "strings", "options", "modules", "types", "meta",
    "customisation", "fixed-points", "sources", "filesystem", "generators", "debug", "asserts",
    "versions", "derivations", "cli", "strings-with-deps", "fetchers", "gvariant", "kernel",
    "fileset/default", "path/default", "systems/default", "licenses/licenses", "licenses",
    "network/default",
)  # fmt: skip
"""Files of lib, the likeliest first, as many functions are in lib itself and in a part of it."""
_LIBRARIES = ("lib", "libs")


def library_places(repository: Repository, path: tuple[str, ...]) -> list[Place]:
    """The definition of `lib.mkIf` and the like; none where nixpkgs is not in the store."""
    if "lib" in path[:-1] and path[0] in ("inputs", "pkgs", "nixpkgs", "self"):
        path = path[path.index("lib") :]
    if path[0] not in _LIBRARIES or len(path) < 2:
        return []
    part = _file_name(path[-2]) if len(path) > 2 else ""
    files = sorted(_FILES, key=lambda name: name.partition("/")[0] != part)
    for _name, locked in inputs_of_role(repository.flake.lock, "nixpkgs"):
        if locked.store_path is None:
            continue
        folder = f"{repository.files.store_root}{locked.store_path}/lib"
        if os.path.isdir(folder):
            for name in files:
                place = _defined(repository, f"{folder}/{name}.nix", path[-1])
                if place is not None:
                    return [place]
    return []


def _file_name(part: str) -> str:
    return re.sub(r"[A-Z]", lambda match: "-" + match[0].lower(), part)


def _defined(repository: Repository, file: str, name: str) -> Place | None:
    """The least indented binding of a name in a file."""
    text = repository.files.text(file) if os.path.isfile(file) else None
    if text is None:
        return None
    pattern = re.compile(rb"^( *)(" + re.escape(name.encode()) + rb")(?= *=[^=])", re.MULTILINE)
    found = min(pattern.finditer(text), key=lambda match: len(match[1]), default=None)
    return None if found is None else Place(file, *found.span(2))
