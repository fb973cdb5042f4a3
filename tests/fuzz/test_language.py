"""Random expressions: the evaluator here says what real Nix says.

With HMLS_NIX (the folder of nix-instantiate) the answers are compared, many to one Nix
process; HMLS_FUZZ_EXAMPLES says how many, HMLS_FUZZ_SEED which. Without it the test only
checks that nothing but values and Nix's errors comes out.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.show import show_plain
from hmls.lang.thread import run
from tests.fuzz.expressions import NAMES, expression
from tests.oracle.cases import EXPRESSION, Case
from tests.oracle.record import Nix, record
from tests.support import evaluate, first_line, new_interp, nix_text_of_json

_SOURCE = Path("language/fuzz.nixcases")
_FIRST = f"builtins.seq {{ {' '.join(f'{name} = 0;' for name in NAMES)} }}"
"""Nix evaluates attributes in the order in which it has first read their names."""


def test_as_real_nix() -> None:
    folder = os.environ.get("HMLS_NIX")
    count = int(os.environ.get("HMLS_FUZZ_EXAMPLES", "1000" if folder else "300"))
    cases = _cases(count, int(os.environ.get("HMLS_FUZZ_SEED", "1")))
    ours = {case.name: run(lambda case=case: _told(case)) for case in cases}
    if folder is None:
        return
    answers = record(Nix(Path(folder), None, None), cases)
    theirs = {name: _as_text(answer) for name, answer in answers.items()}
    different = [case for case in cases if ours[case.name] != theirs[case.name]]
    assert not different, (
        "\n".join(
            f"{case.files[EXPRESSION]}Nix:  {theirs[case.name]}\nhere: {ours[case.name]}\n"
            for case in different[:8]
        )
        + f"{len(different)} of {count} differ"
    )


def _cases(count: int, seed: int) -> list[Case]:
    texts: list[str] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**64))
    def collect(number: int) -> None:
        texts.append(expression(Random(number)))

    collect()
    return [
        Case(_SOURCE, str(index), {EXPRESSION: f"{_FIRST} {text}\n"})
        for index, text in enumerate(texts)
    ]


def _told(case: Case) -> str:
    interp = new_interp(system="x86_64-linux")
    try:
        value = evaluate(case.files[EXPRESSION], interp=interp, path="$CASE/expr.nix")
        return show_plain(value, strict=True)
    except NixError as error:
        return f"error: {first_line(error.message)}"
    except Unknowable as stop:
        return f"unknown: {stop.unknown.text}"


def _as_text(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"error: {answer['error']}"
    return nix_text_of_json(answer["value"]) if "value" in answer else str(answer["printed"])
