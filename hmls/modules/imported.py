"""Modules that are the whole value of a file, though it is not the file that was given.

`homeManagerModules = { fonts = import ./fonts.nix; }` gives functions and sets: for Nix they come
from nowhere, but who edits the file edits a module. So it is with what `import ./home.nix inputs`
makes, where the file is a function that gives a module.
"""

from __future__ import annotations

import re

from hmls.lang.values import Attrs, Lambda, Value

_NOTHING = rb"(?:\s|#[^\n]*(?:\n|\Z)|/\*(?:[^*]|\*(?!/))*\*/)*"
_NAME = rb"[A-Za-z_][\w'-]*"
_PATTERN = rb"\{[^{}]*\}"
_AT = _NOTHING + rb"@" + _NOTHING
_HEAD = rb"(?:%b(?:%b%b)?|%b(?:%b%b)?)" % (_NAME, _AT, _PATTERN, _PATTERN, _AT, _NAME)
_HEADS = rb"(?:" + _NOTHING + _HEAD + _NOTHING + rb":)*"
"""Those of functions that were called already; no default of an argument has braces."""
_BLANK = re.compile(_NOTHING)
_BEFORE = re.compile(_HEADS + _NOTHING)
_OPENING = re.compile(_HEADS + _NOTHING + rb"(?:rec\b" + _NOTHING + rb")?\{" + _NOTHING)


def whole_file(value: Value) -> str | None:
    """The file on disk of which a function or set is everything, by the text around it."""
    if isinstance(value, Lambda):
        site = value.site
        text = site.unit.text
        alone = _BEFORE.fullmatch(text, 0, site.start) and _BLANK.fullmatch(text, site.end)
        return site.unit.path if alone else None
    if isinstance(value, Attrs) and value.positions:
        site = min(value.positions.values(), key=lambda each: each.start)
        alone = _OPENING.fullmatch(site.unit.text, 0, site.start)
        return site.unit.path if alone else None
    return None
