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


def document(lazy: Lazy) -> str | None:
    """The text of a description, a defaultText or an example."""
    try:
        value = force(lazy)
        if isinstance(value, Attrs) and get_lazy(value, "_type") is not MISSING:
            kind = get(value, "_type")
            if kind in ("literalExpression", "literalMD", "literalExample", "mdDoc"):
                value = get(value, "text")
            if isinstance(value, str):
                return str(value)
        elif isinstance(value, str):
            return str(value)
        text = pretty(value, Layout(multiline=True, allow_pretty_values=True))
    except (NixError, Unknowable):
        return None
    return str(text) if isinstance(text, str) else show(text, 2_000)
