"""Memory that nobody uses any more, given back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys

from hmls.homes.workspace import View


def let_go(_view: View) -> None:
    """After much was read and replaced: what is left of it may be a third of all memory.

    glibc keeps what was freed for itself until it is told.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
