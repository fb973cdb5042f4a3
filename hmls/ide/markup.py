"""Descriptions of options as nixpkgs writes them, as plain Markdown.

Source: nixpkgs doc/README.md: roles such as {option}`a.b`, fenced admonitions, links to anchors.
"""

from __future__ import annotations

import re

_ROLE = re.compile(r"\{(?:option|file|command|env|var|manpage|key|inline|parameter)\}(?=`)")
_FENCE = re.compile(r"^(\s*):::+[ ]*(?:\{\.?([\w-]+)[^}]*\})?\s*$")
_ANCHOR = re.compile(r"\[([^\]\n]*)\]\(#[^)\n]*\)")
_ID = re.compile(r"\[\]\{#[^}\n]*\}")
_WORDS = {
    "note": "Note", "warning": "Warning", "caution": "Caution", "important": "Important",
    "tip": "Tip", "example": "Example",
}  # fmt: skip


def plain_markdown(text: str) -> str:
    """The text with roles as code, admonitions as quotations, and no links that lead nowhere."""
    lines: list[str] = []
    quoted = False
    for line in text.strip().splitlines():
        fence = _FENCE.match(line)
        if fence is None:
            lines.append(f"> {line}".rstrip() if quoted else line)
            continue
        word = fence.group(2)
        quoted = word is not None
        if word is not None:
            lines.append(f"> **{_WORDS.get(word, word)}**")
            lines.append(">")
    joined = "\n".join(lines)
    joined = _ANCHOR.sub(lambda m: m.group(1) or "", _ID.sub("", joined))
    return _ROLE.sub("", joined)
