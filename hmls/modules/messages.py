"""Option paths and definitions as the module system's messages show them.

Source: nixpkgs lib/options.nix: showOption, showFiles, showDefs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import call
from hmls.lang.json import json_string
from hmls.lang.lib.generators import with_recursion
from hmls.lang.lib.pretty import identifier
from hmls.lang.lib.pretty import pretty as to_pretty
from hmls.lang.show import show
from hmls.lang.values import Attrs, Lazy

if TYPE_CHECKING:
    from hmls.modules.definitions import Definition

_PLACEHOLDER = re.compile(r"\*|<.*>", re.DOTALL)
_SHOWN_DEPTH = Attrs({"depthLimit": 10, "throwOnDepthLimit": False})
_SHOWN_LINES = 5


def show_option(loc: Iterable[str]) -> str:
    """`a.b."c.d"`; placeholders such as `<name>` stay bare."""
    return ".".join(part if _PLACEHOLDER.fullmatch(part) else identifier(part) for part in loc)


def nix_string(text: str) -> str:
    """lib.strings.escapeNixString."""
    return json_string(text).replace("$", "\\$")


def show_files(files: Iterable[str]) -> str:
    return " and ".join(f"`{file}'" for file in files)


def show_definitions(definitions: Sequence[Definition]) -> str:
    """A line for each definition with the file and the start of the value."""
    return "".join(_show_definition(definition) for definition in definitions)


def _show_definition(definition: Definition) -> str:
    text = _pretty(definition.value)
    if text is None:
        return f"\n- In `{definition.file}'"
    lines = text.split("\n")
    shown = "\n    ".join(lines[:_SHOWN_LINES] + ["..."] * (len(lines) > _SHOWN_LINES))
    separator = ":\n    " if len(lines) > 1 else ": "
    return f"\n- In `{definition.file}'{separator}{shown}"


def _pretty(value: Lazy) -> str | None:
    """The value as Nix on several lines, or None where evaluating it throws."""
    try:
        text = to_pretty(call(with_recursion(_SHOWN_DEPTH), value))
    except NixError as error:
        if error.catchable:
            return None
        raise
    except Unknowable:
        return show(value)
    return text if isinstance(text, str) else show(value)
