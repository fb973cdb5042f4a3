"""Files that paths lead to, and inputs of the flake."""

from __future__ import annotations

import datetime as dt
import os

from hmls.homes.inputs import role_of
from hmls.homes.membership import targets_of
from hmls.homes.repository import Repository
from hmls.ide.hover.text import Link, Parts, code, escape
from hmls.ide.subject import default_file
from hmls.ide.types import Place

_MAX_NAMES = 8


def about_file(repository: Repository, target: str) -> Parts | None:
    """What a file is part of, and what it defines."""
    name = os.path.relpath(target, repository.root)
    file = default_file(target)
    if file is None:
        kind = "a folder" if os.path.isdir(target) else "does not exist"
        return [f"**{escape(name)}** · {kind}\n"]
    layer = repository.layout.layer_of(file)
    parts: Parts = [
        Link(f"**{escape(os.path.relpath(file, repository.root))}**", Place(file, 0, 0))
    ]
    if layer is not None:
        parts.append(f" · {layer.kind} layer of {escape(layer.user)}")
    parts.append("\n\n")
    if not file.endswith(".nix"):
        parts.append(f"{os.path.getsize(file)} bytes\n")
        return parts
    defined = repository.index[file].defined
    sets = dict.fromkeys(".".join(d.path[:2]) for d in defined if d.is_leaf and not d.declares)
    declared = dict.fromkeys(".".join(d.path) for d in defined if d.is_leaf and d.declares)
    for word, names in (("declares", list(declared)), ("defines", list(sets))):
        if names:
            more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
            parts.append(f"{word} {', '.join(code(n) for n in names[:_MAX_NAMES])}{more}\n\n")
    targets = [found.name for found in targets_of(repository, file)]
    if targets:
        parts.append(f"part of {escape(', '.join(targets))}\n")
    return parts


def about_input(repository: Repository, name: str) -> Parts | None:
    """Where an input comes from, how old it is, and whether it can be read here."""
    lock = repository.flake.lock
    locked = lock.inputs.get(name)
    if locked is None:
        return [f"**{escape(name)}** · input of the flake, not in flake.lock\n"]
    parts: Parts = [f"**{escape(name)}** · input of the flake\n\n"]
    if locked.repository:
        parts.append(f"- {escape(locked.repository)}")
        reference = locked.original.get("ref")
        parts.append(f" · {escape(str(reference))}\n" if reference else "\n")
    revision, modified = locked.locked.get("rev"), locked.locked.get("lastModified")
    if isinstance(revision, str):
        when = ""
        if isinstance(modified, int) and 0 < modified < 1 << 35:
            when = f" of {dt.datetime.fromtimestamp(modified, dt.UTC):%Y-%m-%d}"
        parts.append(f"- {code(revision[:12])}{when}\n")
    path = locked.store_path
    present = path is not None and os.path.isdir(repository.files.store_root + path)
    role = role_of(name, locked)
    if present:
        parts.append(f"- read from {code(str(path))}\n")
    elif role:
        parts.append(f"- not in the Nix store here; known as {escape(role)}\n")
    else:
        parts.append("- not in the Nix store here: what it gives is not known\n")
    return parts
