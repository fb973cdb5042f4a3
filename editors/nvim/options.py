"""Write lua/hmls/options.lua, the names and types of the settings, from hmls/config.py.

    python editors/nvim/options.py [--check]
"""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from hmls.config import Settings, camel_case

FILE = Path(__file__).parent / "lua" / "hmls" / "options.lua"
_LUA = {bool: "boolean", str: "string", int: "number", list: "table", dict: "table"}


def options(settings: Any = None, indent: str = "  ") -> str:
    settings = Settings() if settings is None else settings
    lines = []
    for field in fields(settings):
        value, name = getattr(settings, field.name), camel_case(field.name)
        if is_dataclass(value):
            lines.append(f"{indent}{name} = {{\n{options(value, indent + '  ')}{indent}}},\n")
        else:
            lines.append(f"{indent}{name} = '{_LUA[type(value)]}',\n")
    return "".join(lines)


def text() -> str:
    head = "---The settings and their types, made by options.py from hmls/config.py.\n"
    # `settings` may hold free names below these, which are not looked at.
    return f"{head}return {{\n{options()}}}\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(FILE.read_text() != text())
    FILE.write_text(text())
