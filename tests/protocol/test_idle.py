"""Memory is freed when nobody waits: values are cycles, which only the collector frees."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from hmls.server import engine
from hmls.server.engine import Engine, Priority


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_an_idle_engine_frees_what_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_REST_S", 0.01)
    idle, freed = Engine(), threading.Event()

    def drop() -> None:
        gc.collect(1)  # The collector's own count of what was made: there is some.
        weakref.finalize(_Cycle(), freed.set)

    try:
        idle.submit(Priority.REQUEST, drop).result(60)
        assert freed.wait(20)
    finally:
        idle.close()
