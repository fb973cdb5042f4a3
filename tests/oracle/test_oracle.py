"""Every recorded answer of real Nix is what the evaluator here says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hmls.lang.errors import NixError, Unknowable
from hmls.lang.interp import Interp
from hmls.lang.json import to_json
from hmls.lang.show import show_plain
from hmls.lang.thread import run
from hmls.modules.hm_types import home_manager_lib
from tests.oracle.cases import EXPRESSION, Case, case_files, read_answers, read_cases
from tests.support import evaluate, first_line, new_interp, nix_text_of_json, plain, write_files

CASES = [case for path in case_files() for case in read_cases(path)]
ANSWERS = {path: read_answers(path) for path in case_files()}


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_as_recorded(case: Case, tmp_path: Path) -> None:
    expected = ANSWERS[case.source].get(case.name)
    assert expected is not None, "not recorded yet: run tests/oracle/record.py"
    write_files(str(tmp_path), case.files)
    assert run(lambda: _answer(case, str(tmp_path), expected)) == expected


def test_no_answer_without_its_case() -> None:
    for path in case_files():
        names = [case.name for case in read_cases(path)]
        assert list(ANSWERS[path]) == names, f"record again: {path}"


def _answer(case: Case, folder: str, expected: dict[str, Any]) -> dict[str, Any]:
    """What the evaluator says, told in the way that the recorded answer is told."""
    interp = _interp(case.source)
    path = f"{folder}/{EXPRESSION}"
    try:
        variables = _variables(case, interp)
        value = evaluate(case.files[EXPRESSION], interp=interp, path=path, variables=variables)
        text = show_plain(value, strict=case.strict)
        if "value" in expected:
            as_json = to_json(value, copy=False)
            if nix_text_of_json(json.loads(as_json)) == text:
                return {"value": json.loads(as_json.replace(folder, "$CASE"))}
    except NixError as error:
        message = plain(error.message) if case.whole_messages else first_line(error.message)
        return {"error": message.replace(folder, "$CASE")}
    except Unknowable as stop:
        return {"unknown": f"{stop.unknown.text}: {stop.unknown.cause.message}"}
    return {"printed": text.replace(folder, "$CASE")}


def _variables(case: Case, interp: Interp) -> dict[str, Any]:
    if case.is_home_manager:
        return {"lib": home_manager_lib(interp, interp.lib)}
    return {"lib": interp.lib} if case.needs_lib else {}


@cache
def _interp(source: Path) -> Interp:
    # Real Nix was asked with impure builtins there.
    return new_interp(lib=source.parent.name not in ("language", "printing"), system="x86_64-linux")
