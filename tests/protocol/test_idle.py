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


def test_young_objects_are_looked_through_at_a_short_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "_REST_S", 600.0)
    monkeypatch.setattr(engine, "_PAUSE_S", 0.01)
    idle, freed = Engine(), threading.Event()

    def drop() -> None:
        gc.collect()
        kept = _Cycle()
        weakref.finalize(kept, freed.set)
        for _ in range(3):
            gc.collect(0)  # It survives, so that only the next generation's turn frees it.

    try:
        idle.submit(Priority.REQUEST, drop).result(60)
        assert freed.wait(20)
    finally:
        idle.close()


def test_who_asks_may_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody waits for begins when nobody has asked for a while, or was held for long."""
    monkeypatch.setattr(engine, "_QUIET_S", 600.0)
    monkeypatch.setattr(engine, "_HELD_S", 600.0)
    held = Engine()
    try:
        held.submit(Priority.REQUEST, lambda: None).result(60)
        later = held.submit(Priority.BACKGROUND, lambda: None)
        held.submit(Priority.REQUEST, lambda: None).result(60)
        assert not later.done()
        monkeypatch.setattr(engine, "_HELD_S", 0.0)
        held.submit(Priority.REQUEST, lambda: None)
        later.result(60)
    finally:
        held.close()
