"""How deep calls may nest, how many steps an evaluation may take, and when to look up.

The counters are module state because every call of a Nix function touches them, and
only one thread evaluates.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hmls.lang.errors import GaveUp, NixError

MAX_CALL_DEPTH = 10_000
"""Nix's own default for max-call-depth."""
_STRETCH = 5_000
"""Steps between two looks at whether to stop."""

_PAGE = os.sysconf("SC_PAGE_SIZE")

counters: list[int] = [0, _STRETCH]
"""[depth of nested calls, steps until the next look]; read and written by compiled code."""

_left = 10**18
_memory_at_start = 0
_looks = 0


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
MAX_CHARACTERS = 1 << 26
_LONG = 1 << 12
MAX_GROWTH = 1 << 30
"""Bytes by which one evaluation may make the process larger."""
_LOOKS_AT_MEMORY = 4
"""Looks between two looks at the memory: some hundredths of a second."""


def check_size(items: int) -> None:
    """Called for lists that may be very long. Raises GaveUp."""
    if items > MAX_ITEMS:
        raise GaveUp


def check_length(characters: int) -> None:
    """Called for texts that may be very long, which take steps to copy. Raises GaveUp."""
    if characters > MAX_CHARACTERS:
        raise GaveUp
    if characters > _LONG:
        tick(characters // _LONG)


def look_up() -> None:
    """Called when a stretch of steps is done. Raises GaveUp, or what `interrupt` raises."""
    global _left, _looks
    counters[1] = _STRETCH
    _left -= _STRETCH
    if _left < 0:
        raise GaveUp
    _looks += 1
    if _looks % _LOOKS_AT_MEMORY == 0 and resident_bytes() - _memory_at_start > MAX_GROWTH:
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
    """Count the items that a native function is about to make at once. Raises GaveUp."""
    global _left
    check_size(steps)
    _left -= steps
    if _left < 0:
        raise GaveUp


@contextmanager
def limited(steps: int, interrupt: Callable[[], None] = _never) -> Iterator[None]:
    """Evaluate at most so many steps; `interrupt` is called now and then and may raise.

    Limits nest: an inner one counts on its own and the outer one goes on after it.
    """
    global _left, _interrupt, _memory_at_start
    before = (_left, _interrupt, counters[0], counters[1])
    start = _memory_at_start
    _left, _interrupt, _memory_at_start = steps, interrupt, resident_bytes()
    counters[:] = [0, _STRETCH]
    try:
        yield
    finally:
        _left, _interrupt, _memory_at_start = before[0], before[1], start
        counters[:] = [before[2], before[3]]


def resident_bytes() -> int:
    """What this process holds of the machine's memory; where only that is told, held at most."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except OSError:
        # macOS: getrusage(2) counts in bytes there.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
