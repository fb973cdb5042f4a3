"""Write the settings of hmls/config.py into package.json, whose schema VS Code reads.

    python editors/vscode/settings.py [--check]

With --check nothing is written; the exit status is 1 if package.json is not current.
"""

from __future__ import annotations

import json
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

from hmls.config import Settings, camel_case

PACKAGE = Path(__file__).with_name("package.json")
_OWN: dict[str, dict[str, Any]] = {
    "hmls.server.path": {
        "type": "string",
        "default": "",
        "scope": "machine",
        "markdownDescription": "The server's program. Empty: `hmls` on the PATH, "
        "else the one in this extension.",
    },
    "hmls.server.extraPath": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "scope": "machine",
        "markdownDescription": "Folders put before the PATH of the server, to find `nix` and others "
        "that only your terminal finds. VS Code takes the PATH of a login shell.",
    },
    "hmls.trace.server": {
        "type": "string",
        "enum": ["off", "messages", "verbose"],
        "default": "off",
        "scope": "window",
        "description": "What the log shows of the messages to and from the server.",
    },
}
_LEFT_OUT = {"hmls.storeRoot"}
"""For tests of the server only."""


def properties() -> dict[str, Any]:
    """Setting → JSON schema, those of the server after our own."""
    found = {**_OWN, **_of(Settings, "hmls")}
    return {name: schema for name, schema in found.items() if name not in _LEFT_OUT}


def _of(settings: type[Any], prefix: str) -> dict[str, Any]:
    hints = get_type_hints(settings)
    found: dict[str, Any] = {}
    for field in fields(settings):
        name = f"{prefix}.{camel_case(field.name)}"
        hint = hints[field.name]
        if is_dataclass(hint):
            found.update(_of(hint, name))
            continue
        default = getattr(settings(), field.name)
        found[name] = {
            **_TYPES[type(default)],
            "default": default,
            "scope": field.metadata["scope"],
            "markdownDescription": field.metadata["description"],
        }
    return found


_TYPES: dict[type, dict[str, Any]] = {
    bool: {"type": "boolean"},
    str: {"type": "string"},
    list: {"type": "array", "items": {"type": "string"}},
    dict: {"type": "object", "additionalProperties": {"type": "string"}},
}


def main() -> int:
    text = PACKAGE.read_text("utf-8")
    package = json.loads(text)
    package["contributes"]["configuration"]["properties"] = properties()
    written = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    if "--check" in sys.argv:
        return int(json.loads(text) != json.loads(written))
    PACKAGE.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
