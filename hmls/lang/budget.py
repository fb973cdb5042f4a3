"""How deep calls may nest, how many steps an evaluation may take, and when to look up.

The counters are module state because every call of a Nix function touches them, and
only one thread evaluates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hmls.lang.errors import GaveUp, NixError

MAX_CALL_DEPTH = 10_000
"""Nix's own default for max-call-depth."""
_STRETCH = 5_000
"""Steps between two looks at whether to stop."""

counters: list[int] = [0, _STRETCH]
"""[depth of nested calls, steps until the next look]; read and written by compiled code."""

_left = 10**18


def _never() -> None:
    """Nobody wants this evaluation to stop."""


_interrupt: Callable[[], None] = _never


def overflow() -> NixError:
    return NixError("stack overflow; max-call-depth exceeded")


def check_depth(depth: int) -> None:
    """Called where values nest so deep. Nix counts that as nested calls."""
    if depth + counters[0] > MAX_CALL_DEPTH:
        raise overflow()


MAX_ITEMS = 1 << 24
"""Longer lists do not fit into this machine's memory."""
MAX_CHARACTERS = 1 << 28


def check_size(items: int) -> None:
    """Called for lists that may be very long. Raises GaveUp."""
    if items > MAX_ITEMS:
        raise GaveUp


def look_up() -> None:
    """Called when a stretch of steps is done. Raises GaveUp, or what `interrupt` raises."""
    global _left
    counters[1] = _STRETCH
    _left -= _STRETCH
    if _left < 0:
        raise GaveUp
    _interrupt()


def tick(steps: int) -> None:
    """Count what a native function did that calls none of Nix: also there somebody may wait.

    Raises as `look_up`.
    """
    counters[1] -= steps
    if counters[1] < 0:
        look_up()


def spend(steps: int) -> None:
    """Count what a native function is about to do at once. Raises GaveUp."""
    global _left
    _left -= steps
    if _left < 0:
        raise GaveUp


@contextmanager
def limited(steps: int, interrupt: Callable[[], None] = _never) -> Iterator[None]:
    """Evaluate at most so many steps; `interrupt` is called now and then and may raise.

    Limits nest: an inner one counts on its own and the outer one goes on after it.
    """
    global _left, _interrupt
    before = (_left, _interrupt, counters[0], counters[1])
    _left, _interrupt = steps, interrupt
    counters[:] = [0, _STRETCH]
    try:
        yield
    finally:
        _left, _interrupt = before[0], before[1]
        counters[:] = [before[2], before[3]]
