"""Random module sets: the evaluator here says what real Nix says.

With HMLS_NIX (the folder of nix-instantiate) and HMLS_NIXPKGS_LIB (nixpkgs' lib folder) the
answers are compared, many to one Nix process; HMLS_FUZZ_EXAMPLES says how many. Without
them the test only checks that nothing but values and Nix's errors comes out.
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
from tests.fuzz.module_sets import module_set
from tests.oracle.cases import EXPRESSION, Case
from tests.oracle.record import Nix, record
from tests.support import evaluate, new_interp, nix_text_of_json, plain, write_files

_SOURCE = Path("modules/fuzz.nixcases")
"""Cases from there have `lib` in scope and are compared with whole messages."""


def test_as_real_nix(tmp_path: Path) -> None:
    nix = _nix()
    count = int(os.environ.get("HMLS_FUZZ_EXAMPLES", "200" if nix else "60"))
    cases = _cases(count, int(os.environ.get("HMLS_FUZZ_SEED", "1")))
    ours = {case.name: _ours(case, tmp_path) for case in cases}
    if nix is None:
        return
    theirs = {name: _as_text(answer) for name, answer in record(nix, cases).items()}
    different = [case for case in cases if ours[case.name] != theirs[case.name]]
    assert not different, (
        "\n".join(
            f"{_text(case)}\nNix:  {theirs[case.name]}\nhere: {ours[case.name]}\n"
            for case in different[:5]
        )
        + f"{len(different)} of {count} differ"
    )


def _text(case: Case) -> str:
    return "\n".join(f"# {name}\n{content}" for name, content in case.files.items())


def _nix() -> Nix | None:
    found, lib = os.environ.get("HMLS_NIX"), os.environ.get("HMLS_NIXPKGS_LIB")
    return Nix(Path(found), Path(lib), None) if found and lib else None


def _cases(count: int, seed: int) -> list[Case]:
    """Module sets, each as what its options say and, of some, as one value or error."""
    texts: list[tuple[str, dict[str, str]]] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def collect(random: Random) -> None:
        texts.append(module_set(random))

    collect()
    cases: list[Case] = []
    for number, (text, files) in enumerate(texts[:count]):
        whole = "true" if number % 4 == 0 else "false"
        expression = f"let whole = {whole}; in\n{text}"
        cases.append(Case(_SOURCE, str(number), {EXPRESSION: expression, **files}))
    return cases


def _ours(case: Case, folder: Path) -> str:
    try:
        return run(lambda: _told(case, folder))
    except NixError as error:
        # The stack ended.
        return f"error: {error.message}"


def _told(case: Case, folder: Path) -> str:
    interp = new_interp(lib=True)
    at = str(folder / case.name)
    write_files(at, case.files)
    try:
        value = evaluate(
            case.files[EXPRESSION],
            interp=interp,
            path=f"{at}/{EXPRESSION}",
            variables={"lib": interp.lib},
        )
        return show_plain(value, strict=True).replace(at, "$CASE")
    except NixError as error:
        return f"error: {plain(error.message)}".replace(at, "$CASE")
    except Unknowable as stop:
        return f"unknown: {stop.unknown.text}"


def _as_text(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"error: {answer['error']}"
    return answer["printed"] if "printed" in answer else nix_text_of_json(answer["value"])
