"""The thread that evaluates, and its queue: what the user waits for comes before the rest.

Work in the background is interrupted when something more urgent arrives, and put back.
Nothing of it is lost but the last thunk: values that were computed stay computed.
"""

from __future__ import annotations

import gc
import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from importlib import import_module
from typing import Generic, TypeVar, cast

from hmls.catalog.contents import contents_of
from hmls.catalog.table import bundled
from hmls.lang.budget import limited
from hmls.lang.errors import Cancelled, GaveUp, Interrupted
from hmls.lang.thread import STACK_BYTES, prepare

T = TypeVar("T")


class Priority(IntEnum):
    """Smaller numbers come first."""

    REQUEST = 0
    """Somebody waits for the answer."""
    FILE = 1
    """About a file that is open."""
    BACKGROUND = 2


_SECONDS = {Priority.REQUEST: 1.5, Priority.FILE: 5.0, Priority.BACKGROUND: 20.0}
_STEPS = {Priority.REQUEST: 6_000_000, Priority.FILE: 20_000_000, Priority.BACKGROUND: 80_000_000}


_QUIET_S = 0.1
"""How long nobody must have asked before anything else is begun: who asks often asks again."""
_HELD_S = 1.0
"""For how long at the most what nobody waits for is held back."""

_PAUSE_S = 0.25
"""How long nobody must have asked before young objects are looked through: a short wait."""
_REST_S = 2.0
"""How long nobody must have asked before time is taken to free memory, at the least."""
_REST_FACTOR = 20
"""How much longer than it took the last time."""


def _has_litter() -> bool:
    """Whether so much was made since memory was freed that it is worth a pause."""
    return gc.get_count()[2] > 0


def _has_young_litter() -> bool:
    """Whether some hundred thousand objects were made that nobody has looked through yet.

    Left alone they become so many that it is a pause of a second in the middle of an answer.
    """
    return gc.get_count()[1] > 1


class _Job(Generic[T]):
    def __init__(self, priority: Priority, work: Callable[[], T]) -> None:
        self.priority = priority
        self.work = work
        self.future: Future[T] = Future()


class Engine:
    """Runs jobs one at a time on a thread with a large stack."""

    def __init__(self) -> None:
        self._queue: list[tuple[Priority, int, _Job[object]]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._closed = False
        self._rest_s = _REST_S
        self._asked_s = 0.0
        self._held_s: float | None = None
        self._running: _Job[object] | None = None
        before = threading.stack_size(STACK_BYTES)
        self._thread = threading.Thread(target=self._run, name="hmls-eval", daemon=True)
        self._thread.start()
        threading.stack_size(before)

    def submit(self, priority: Priority, work: Callable[[], T]) -> Future[T]:
        """Run some work when its turn comes. Cancelling the future stops it, even midway."""
        job = _Job(priority, work)
        with self._wake:
            heapq.heappush(self._queue, (priority, next(self._order), cast("_Job[object]", job)))
            if priority is Priority.REQUEST:
                self._asked_s = time.monotonic()
            self._wake.notify()
        return job.future

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()

    def _run(self) -> None:
        # What the first question needs, so that it does not wait for it: the table of options,
        # which is hundreds of thousands of objects that stay, and the code of its answer.
        contents_of(bundled())
        import_module("hmls.ide.completion")
        import_module("hmls.ide.hover")
        prepare()
        while not self._closed:
            found = self._next()
            if found is None or found[1].future.cancelled():
                continue
            order, job = found
            self._running = job
            self._do(job, order)
            self._running = None
            if job.priority is Priority.REQUEST:
                self._asked_s = time.monotonic()

    def _next(self) -> tuple[int, _Job[object]] | None:
        """The most urgent job, once there is one; None after memory was freed meanwhile."""
        young = False
        with self._wake:
            while not self._queue and not self._closed:
                young = _has_young_litter()
                rest_s = _PAUSE_S if young else self._rest_s if _has_litter() else None
                if not self._wake.wait(rest_s):
                    break
            while self._queue and (held := self._hold_s()) > 0 and not self._closed:
                self._wake.wait(held)
            if self._queue:
                return heapq.heappop(self._queue)[1:]
        if self._closed:
            return None
        if young:
            gc.collect(1)
        else:
            started = time.monotonic()
            gc.collect()
            self._rest_s = max(_REST_S, _REST_FACTOR * (time.monotonic() - started))
        return None

    def _hold_s(self) -> float:
        """For how long the first job of the queue has to wait for someone who may ask again."""
        now = time.monotonic()
        if self._queue[0][0] is Priority.REQUEST:
            return 0.0
        if self._held_s is None:
            self._held_s = now
        held = min(self._asked_s + _QUIET_S, self._held_s + _HELD_S) - now
        if held <= 0:
            self._held_s = None
        return held

    def _do(self, job: _Job[object], order: int) -> None:
        deadline = time.monotonic() + _SECONDS[job.priority]

        def interrupt() -> None:
            if job.future.cancelled() or self._closed:
                raise Cancelled
            if self._more_urgent(job.priority):
                raise _Preempted
            if time.monotonic() > deadline:
                raise GaveUp

        try:
            with limited(_STEPS[job.priority], interrupt):
                result = job.work()
        except _Preempted:
            with self._wake:
                heapq.heappush(self._queue, (job.priority, order, job))
            return
        except Cancelled:
            return
        except RecursionError:
            _finish(job.future, error=GaveUp())
            return
        except BaseException as error:  # noqa: BLE001 — whoever waits gets it
            _finish(job.future, error=error)
            return
        _finish(job.future, result)

    def _more_urgent(self, priority: Priority) -> bool:
        queue = self._queue
        return bool(queue) and queue[0][0] < priority


class _Preempted(Interrupted):
    """Something more urgent waits."""


def _finish(
    future: Future[object], result: object = None, error: BaseException | None = None
) -> None:
    # The future may be cancelled at any moment by the other thread.
    if not future.set_running_or_notify_cancel():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
