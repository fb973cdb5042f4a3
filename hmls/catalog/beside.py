"""Two parts of one long computation, on two processors where there are two."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Json = Any
Both: TypeAlias = Callable[[Callable[[], Json], Callable[[], T]], tuple[Json, T]]


def one_after_the_other(first: Callable[[], Json], second: Callable[[], T]) -> tuple[Json, T]:
    return first(), second()


def beside(first: Callable[[], Json], second: Callable[[], T]) -> tuple[Json, T]:
    """What both give, the first one computed by a copy of this process.

    Only for a process of our own whose other threads all wait. Where no copy can be made, or it
    comes to grief, the first is computed here too.
    """
    forked = _fork(first)
    if forked is None:
        return first(), second()
    process, pipe = forked
    with open(pipe, "rb") as answer:
        try:
            here = second()
            text = answer.read()
        finally:
            answer.close()  # The copy ends when nobody reads what it writes.
            _, status = os.waitpid(process, 0)
    return (json.loads(text) if status == 0 else first()), here


def _fork(work: Callable[[], Json]) -> tuple[int, int] | None:
    """A process that works, and what it writes; None where that cannot be had."""
    if not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        return None
    reading, writing = os.pipe()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Of threads: they all wait.
            process = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if process:
        os.close(writing)
        return process, reading
    status = 1
    try:
        os.close(reading)
        content = json.dumps(work()).encode()
        with open(writing, "wb") as pipe:
            pipe.write(content)
        status = 0
    finally:
        # Nothing of the process it was copied from may go on here, whatever happened.
        os._exit(status)
