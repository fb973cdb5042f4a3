"""Values as people can read them: conditions that nobody knows, in a few words."""

from __future__ import annotations

import re

from hmls.lang import store

_MOST = 48
"""Characters of a condition; of a longer one its beginning tells enough."""
_BRACKET = re.compile("[⟨⟩]")


def readable(text: str, user: str | None = None) -> str:
    """A value's text with each unknown condition cut to its beginning, and files by their paths.

    With `user` the options of that user's home are called as the home's own files call them.
    """
    text = store.readable(text)
    if user is not None:
        text = text.replace(f"config.home-manager.users.{user}.", "config.")
    if "⟨" not in text:
        return text
    out: list[str] = []
    depth = written = opened = 0
    for match in _BRACKET.finditer(text):
        if match.group() == "⟨":
            if depth == 0:
                opened = match.end()
                out.append(text[written:opened])
            depth += 1
        elif depth > 0:
            depth -= 1
            if depth == 0:
                out.append(_beginning(text[opened : match.start()]))
                written = match.start()
    # A text that was cut itself may end within a condition.
    out.append(_beginning(text[opened:]) if depth > 0 else text[written:])
    return "".join(out)


def _beginning(condition: str) -> str:
    plain = " ".join(condition.replace("⟨", "").replace("⟩", "").split())
    return plain if len(plain) <= _MOST else f"{plain[: _MOST - 1]}…"
