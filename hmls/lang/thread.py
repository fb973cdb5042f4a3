"""The one thread on which Nix is evaluated.

Evaluation recurses as deep as the values nest, so that its thread needs a large stack and
a raised recursion limit; and lazy values may be forced by one thread only.
"""

from __future__ import annotations

import gc
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from hmls.lang.budget import overflow

T = TypeVar("T")
Outcome = tuple[Any, BaseException | None]
Job = tuple[Callable[[], Any], "queue.SimpleQueue[Outcome]"]

STACK_BYTES = 512 << 20
"""Reserved, not used: the system gives memory to the parts of a stack that are touched."""
RECURSION_LIMIT = 200_000
"""Python frames. A call of a Nix function takes five to twenty of them, and Nix's own limit
is 10,000 calls; past it, to unwind the stack would take seconds."""

_lock = threading.Lock()
_thread: threading.Thread | None = None
_jobs: queue.SimpleQueue[Job]


def run(function: Callable[[], T]) -> T:
    """The function's result, computed on the evaluation thread; what it raises is raised here.

    Calls from several threads are done one after the other. Values that nest too deep for
    the stack end in NixError, as in Nix.
    """
    if threading.current_thread() is _thread:
        return function()
    answer: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    _running_jobs().put((function, answer))
    result: T
    result, raised = answer.get()
    if raised is not None:
        raise raised
    return result


def _running_jobs() -> queue.SimpleQueue[Job]:
    """The queue of the evaluation thread, which is started when it is first needed.

    After a fork the child has no such thread any more, and starts its own.
    """
    global _thread, _jobs
    with _lock:
        if _thread is None or not _thread.is_alive():
            _jobs = queue.SimpleQueue()
            before = threading.stack_size(STACK_BYTES)
            _thread = threading.Thread(target=_work, args=(_jobs,), name="nix", daemon=True)
            _thread.start()
            threading.stack_size(before)
        return _jobs


def prepare() -> None:
    """Make this thread one that evaluates.

    Lazy values are many objects that live long: Python's own thresholds spend a third of the
    time on looking for cycles among them. What is there by now stays, and is not looked at.
    """
    sys.setrecursionlimit(RECURSION_LIMIT)
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


def _work(jobs: queue.SimpleQueue[Job]) -> None:
    prepare()
    while True:
        function, answer = jobs.get()
        outcome: Outcome
        try:
            outcome = (function(), None)
        except RecursionError:
            outcome = (None, overflow())
        except BaseException as raised:  # noqa: BLE001  It is raised again by `run`.
            outcome = (None, raised)
        answer.put(outcome)
        # Nothing of the finished job may live on in this frame until the next one comes.
        del function, answer, outcome
