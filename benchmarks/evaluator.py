"""The evaluator alone: a long fold, recursion without end, and real Nix on the same expressions."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from benchmarks.client import cpu_seconds_of, seconds_of
from benchmarks.figure import Figure

_FOLD = "lib.foldl' (a: b: a + b) 0 (lib.range 1 100000)"
_RUNAWAY = "let f = n: if n < 0 then 0 else f (n + 1) + 1; in f 0"
_COUNTING = """
  let closure = builtins.genericClosure {
    startSet = [ { key = 0; } ];
    operator = item: [ { key = item.key + 1; } ];
  };
  in builtins.length closure
"""
_ITSELF = "let x = { a = x.b; b = x.a; }; in x.a"


def measure() -> list[Figure]:
    fold, _ = cpu_seconds_of(lambda: _evaluate(_FOLD))
    figures = [Figure("fold over 100,000 numbers", fold * 1000, "ms", 1000)]
    for name, text, expected in (
        ("runaway recursion named", _RUNAWAY, "stack overflow"),
        ("endless counting given up", _COUNTING, "gave up"),
    ):
        taken, answer = seconds_of(lambda text=text: _evaluate(text))  # type: ignore[misc]
        assert expected in answer, answer
        figures.append(Figure(name, taken * 1000, "ms", 2000))
    taken, answer = seconds_of(lambda: _evaluate(_ITSELF))
    assert "infinite recursion" in answer, answer
    figures.append(Figure("infinite recursion named", taken * 1000, "ms", 50))
    return [*figures, *_against_nix()]


def _evaluate(text: str) -> str:
    """The value as text, or the error, within the budget of a request of the server."""
    from hmls.lang.budget import limited
    from hmls.lang.disk import DiskReader
    from hmls.lang.errors import GaveUp, NixError
    from hmls.lang.interp import Interp
    from hmls.lang.show import show_plain
    from hmls.lang.thread import run
    from hmls.lang.unit import Unit
    from hmls.modules.library import make_library

    def work() -> str:
        interp = Interp(DiskReader(), lib=make_library)
        deadline = time.monotonic() + 1.5

        def interrupt() -> None:
            if time.monotonic() > deadline:
                raise GaveUp

        try:
            with limited(6_000_000, interrupt):
                unit = Unit("/benchmark.nix", text.encode())
                return show_plain(interp.evaluate(unit, {"lib": interp.lib}), False)
        except NixError as error:
            return error.message
        except GaveUp as error:
            return error.cause.message

    return run(work)


def _against_nix() -> list[Figure]:
    """The whole command, `hmls eval` and `nix-instantiate --eval`, on the same text."""
    nix = os.environ.get("HMLS_NIX") or (
        (found := shutil.which("nix-instantiate")) and str(Path(found).parent)
    )
    if not nix:
        return [Figure("hmls eval against Nix", 0, "×", None, "not measured: no Nix; set HMLS_NIX")]
    text = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n) 100000)"
    import sys

    ours = min(_command([sys.executable, "-m", "hmls", "eval", "-E", text]) for _ in range(3))
    theirs = min(_command([f"{nix}/nix-instantiate", "--eval", "-E", text]) for _ in range(3))
    note = f"{ours * 1000:.0f} ms against {theirs * 1000:.0f} ms"
    return [Figure("hmls eval against nix-instantiate --eval", ours / theirs, "×", None, note)]


def _command(command: list[str]) -> float:
    return seconds_of(lambda: subprocess.run(command, capture_output=True, check=True))[0]
