"""Write docs/settings.md from hmls/config.py: python tools/settings_page.py."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from hmls.config import Settings, camel_case

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"

_HEAD = """\
# Settings

Made from `hmls/config.py` by `make settings`; a test compares.

An editor gives settings under `hmls`, as initialization options or by
`workspace/didChangeConfiguration`. A setting that does not exist is reported, and the rest is used.
Whoever shares a flake with an unusual layout puts its `layout` into `hmls.toml` beside `flake.nix`;
the editor's own settings come before it.

```json
{ "hmls": { "target": "alice@laptop", "features": { "completion": false } } }
```

```toml
# hmls.toml
[layout]
homes = "people"
```

Every group of features can be switched off, for those who let nil or nixd do that part.
"""


def settings_page() -> str:
    """The page, with one table for each group."""
    plain, groups = _split(Settings())
    parts = [_HEAD, _table(Settings(), plain, "hmls")]
    for name, group in groups.items():
        about = " ".join((type(group).__doc__ or "").split())
        inner, _ = _split(group)
        parts.append(f"## `hmls.{name}`\n\n{about}\n\n" + _table(group, inner, f"hmls.{name}"))
    return "\n".join(parts)


def _split(settings: Any) -> tuple[list[str], dict[str, Any]]:
    plain, groups = [], {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            groups[camel_case(field.name)] = value
        else:
            plain.append(field.name)
    return plain, groups


def _table(settings: Any, names: list[str], prefix: str) -> str:
    hints = get_type_hints(type(settings))
    described = {
        field.name: field.metadata["description"]
        for field in fields(settings)
        if field.name in names
    }
    rows = ["| setting | type | default | |", "| --- | --- | --- | --- |"]
    for name in names:
        default = json.dumps(getattr(settings, name))
        rows.append(
            f"| `{prefix}.{camel_case(name)}` | {_type_name(hints[name])} | `{default}` "
            f"| {described[name]} |"
        )
    return "\n".join(rows) + "\n"


def _type_name(hint: Any) -> str:
    plain = {bool: "true or false", str: "text", int: "number"}
    if hint in plain:
        return plain[hint]
    return "list of texts" if len(get_args(hint)) == 1 else "set of texts"


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
