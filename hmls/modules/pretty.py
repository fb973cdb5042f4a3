"""Values in messages, as nixpkgs' showDefs prints them."""

from __future__ import annotations

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.lib.pretty import pretty as to_pretty
from hmls.lang.show import show
from hmls.lang.values import Lazy


def pretty(value: Lazy) -> str | None:
    """The value as Nix on several lines, or None where it cannot be evaluated."""
    try:
        text = to_pretty(value)
    except NixError as error:
        if error.catchable:
            return None
        raise
    except Unknowable:
        return show(value)
    return text if isinstance(text, str) else show(value)
