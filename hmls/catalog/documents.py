"""What options say in values that are plain, or made of plain ones: flags and texts."""

from __future__ import annotations

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, force, get, get_lazy
from hmls.lang.lib.pretty import Layout, pretty
from hmls.lang.show import show
from hmls.lang.values import Attrs, Lazy, Value


def is_plain(lazy: Lazy) -> bool:
    """Whether a default is written as a value, so that nothing is to be evaluated."""
    return lazy is None or isinstance(lazy, bool | int | float | str)


def known_flag(lazy: Lazy) -> Value:
    """A flag of an option, or MISSING where it is not said or not known."""
    if lazy is MISSING:
        return MISSING
    try:
        value = force(lazy)
    except (NixError, Unknowable):
        return MISSING
    return value if isinstance(value, bool | str) else MISSING


MARKDOWN = "\0"
"""Begins a text that is Markdown, where others are Nix code."""


def description(lazy: Lazy) -> str | None:
    """The Markdown of a description."""
    try:
        value = force(lazy)
        if isinstance(value, Attrs) and get_lazy(value, "_type") is not MISSING:
            value = get(value, "text")
        return str(value) if isinstance(value, str) else _code(value)
    except (NixError, Unknowable):
        return None


def example(lazy: Lazy) -> str | None:
    """An example or a defaultText as Nix code: a value as one writes it, a string in quotes.

    Source: nixpkgs lib/options.nix, renderOptionValue.
    """
    try:
        value = force(lazy)
        if isinstance(value, Attrs) and get_lazy(value, "_type") is not MISSING:
            kind, text = get(value, "_type"), get_lazy(value, "text")
            if text is not MISSING and isinstance(told := force(text), str):
                return f"{MARKDOWN}{told}" if kind in ("literalMD", "mdDoc") else str(told)
        return _code(value)
    except (NixError, Unknowable):
        return None


def _code(value: Value) -> str:
    text = pretty(value, Layout(multiline=True, allow_pretty_values=True))
    return str(text) if isinstance(text, str) else show(text, 2_000)
