"""Option paths and definitions as the module system's messages show them.

Source: nixpkgs lib/options.nix: showOption, showFiles, showDefs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hmls.lang.values import quote_attribute

if TYPE_CHECKING:
    from hmls.modules.definitions import Definition

_PLACEHOLDER = re.compile(r"\*|<.*>", re.DOTALL)


def show_option(loc: Iterable[str]) -> str:
    """`a.b."c.d"`; placeholders such as `<name>` stay bare."""
    return ".".join(part if _PLACEHOLDER.fullmatch(part) else quote_attribute(part) for part in loc)


def show_files(files: Iterable[str]) -> str:
    return " and ".join(f"`{file}'" for file in files)


def show_definitions(definitions: Sequence[Definition]) -> str:
    """A line for each definition with the file and the start of the value."""
    return "".join(_show_definition(definition) for definition in definitions)


def _show_definition(definition: Definition) -> str:
    from hmls.modules.pretty import pretty

    text = pretty(definition.value)
    if text is None:
        return f"\n- In `{definition.file}'"
    lines = text.split("\n")
    shown = "\n    ".join(lines[:5] + ["..."] * (len(lines) > 5))
    separator = ":\n    " if len(lines) > 1 else ": "
    return f"\n- In `{definition.file}'{separator}{shown}"
