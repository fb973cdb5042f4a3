"""«Did you mean»: the options most like one that does not exist.

Source: nixpkgs lib/modules.nix, checkUnmatched; the distance is rapidfuzz's Levenshtein.
"""

from __future__ import annotations

from hmls.modules.definitions import Loc
from hmls.modules.level import Level
from hmls.modules.messages import show_option

_SMALL = 100
"""Up to so many names all are compared; of more, only those at a distance of two."""


def suggestion(root: Level, prefix: Loc, path: tuple[str, ...]) -> str:
    """The line that Nix appends to its error, or nothing."""
    found = [show_option((*prefix, *path[:-1], name)) for name in nearest(root, path)]
    match found:
        case []:
            return ""
        case [only]:
            return f"\n\nDid you mean `{only}'?"
    listed = ", ".join(f"`{name}'" for name in found[:-1])
    return f"\n\nDid you mean {listed} or `{found[-1]}'?"


def nearest(root: Level, path: tuple[str, ...]) -> list[str]:
    """The last names, at most three, that the options beside `path` have and that are like it."""
    from rapidfuzz.distance import Levenshtein

    level = root
    for name in path[:-1]:
        node = level.node(name)
        if not isinstance(node, Level):
            return []
        level = node
    declared = sorted(level.declared.by_name)
    candidates = [name for name in declared if len(path) > 1 or name != "_module"]
    wanted = _bytes(path[-1])
    distances = [(Levenshtein.distance(wanted, _bytes(name)), name) for name in candidates]
    if len(candidates) >= _SMALL:
        distances = [found for found in distances if found[0] <= 2]
    return [name for _, name in sorted(distances, key=lambda found: found[0])[:3]]


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
