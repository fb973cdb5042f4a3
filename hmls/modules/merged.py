"""What merging definitions gives: a value, and the way to the parts it was made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hmls.lang.values import Lazy


def _no_parts(_name: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged value.

    `part(name)` gives the `Resolved`, option or level behind one attribute of the value,
    or None where the type merges the value as a whole. `error` is what the type check of
    the definitions found wrong (nixpkgs' headError), `meta` its valueMeta.
    """

    value: Lazy
    part: Callable[[str], Any] = _no_parts
    error: str | None = None
    meta: Lazy = None
