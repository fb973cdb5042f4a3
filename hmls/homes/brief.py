"""Texts of values that are not wholly known, as short as a person can read. JSON has them whole."""

from __future__ import annotations

from hmls.homes.setting import Setting

_IF, _OPEN, _CLOSE = "if ⟨", "⟨", "⟩"
_LONGEST_CONDITION = 60
_MOST_CHOICES = 2
"""Conditions of which both outcomes are shown, one inside of the other."""


_FOREIGN = ("input", "builder", "default")


def shown_text(found: Setting) -> str:
    """The value of a setting as a person reads it.

    Where only modules of inputs may say something else, it is the user's own part.
    """
    if found.known:
        return found.text
    own = [each for each in found.contributions if each.layer not in _FOREIGN]
    winners = [each for each in own if each.status == "wins"]
    if (
        found.text.startswith(_IF)
        and len(winners) == 1
        and not winners[0].value.startswith(_IF)
        and all(each.status != "unknown" for each in own)
    ):
        return f"{brief(winners[0].value)} …"
    return brief(found.text)


def brief(text: str, choices: int = _MOST_CHOICES) -> str:
    """The text with its first choices: of a condition on conditions the innermost is told."""
    parts: list[str] = []
    at = 0
    for _ in range(choices):
        start = text.find(_IF, at)
        if start < 0:
            break
        end = _end_of(text, start + len(_IF))
        if end < 0:
            parts.append(text[at : start + len(_IF) + _LONGEST_CONDITION])
            return _ended("".join(parts))
        parts += [text[at : start + len(_IF)], _condition(text[start + len(_IF) : end])]
        at = end
    rest = text.find(_IF, at)
    parts.append(text[at:] if rest < 0 else text[at:rest])
    return "".join(parts) if rest < 0 else _ended("".join(parts))


def innermost(text: str) -> str:
    """Of a text that is a choice what its condition hangs on; any other text as it is."""
    if not text.startswith(_IF):
        return text
    end = _end_of(text, len(_IF))
    return text if end < 0 else _condition(text[len(_IF) : end])


def _end_of(text: str, start: int) -> int:
    """Where the condition that starts there ends; -1 where the text is cut before."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] == _OPEN:
            depth += 1
        elif text[at] == _CLOSE:
            if depth == 0:
                return at
            depth -= 1
    return -1


def _condition(text: str) -> str:
    if _OPEN in text and _CLOSE in text:
        close = text.find(_CLOSE)
        text = text[text.rfind(_OPEN, 0, close) + 1 : close]
    while text.startswith("if ") and ": " in text:
        text = text[len("if ") :].partition(": ")[0]
    return text if len(text) <= _LONGEST_CONDITION else f"{text[: _LONGEST_CONDITION - 1]}…"


def _ended(text: str) -> str:
    text = text.rstrip().removesuffix("…")
    return f"{text} …" if text.endswith(":") else f"{text}…"
