"""Modules that are the whole value of a file, though it is not the file that was given.

`homeManagerModules = { fonts = import ./fonts.nix; }` gives functions and sets: for Nix they come
from nowhere, but who edits the file edits a module.
"""

from __future__ import annotations

import re

from hmls.lang.values import Attrs, Lambda, Value

_NOTHING = rb"(?:\s|#[^\n]*(?:\n|\Z)|/\*(?:[^*]|\*(?!/))*\*/)*"
_BLANK = re.compile(_NOTHING)
_OPENING = re.compile(_NOTHING + rb"(?:rec\b" + _NOTHING + rb")?\{" + _NOTHING)


def whole_file(value: Value) -> str | None:
    """The file on disk of which a function or set is everything, by the text around it."""
    if isinstance(value, Lambda):
        site = value.site
        text = site.unit.text
        alone = _BLANK.fullmatch(text, 0, site.start) and _BLANK.fullmatch(text, site.end)
        return site.unit.path if alone else None
    if isinstance(value, Attrs) and value.positions:
        site = min(value.positions.values(), key=lambda each: each.start)
        alone = _OPENING.fullmatch(site.unit.text, 0, site.start)
        return site.unit.path if alone else None
    return None
