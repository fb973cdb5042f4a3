"""Lib and its parts have the names that they have in nixpkgs."""

from __future__ import annotations

import json

import pytest

from hmls.lang.force import expect_attrs, get
from tests.oracle.record_names import NAMES
from tests.support import new_interp, on_evaluation_thread

RECORDED: dict[str, list[str]] = json.loads(NAMES.read_text("utf-8"))
ELSEWHERE = {"lib": {"maintainers", "teams"}, "modules": {"collectModules"}}
"""Unknown by name: not in nixpkgs' lib folder and changed every day, or deprecated internals."""
CHOSEN = {"licenses", "licensesSpdx"}
"""Sets of which only what packages use is known; the rest is unknown by name."""


@pytest.mark.parametrize("part", RECORDED)
@on_evaluation_thread
def test_names_are_those_of_nixpkgs(part: str) -> None:
    lib = new_interp(lib=True).lib
    members = lib if part == "lib" else expect_attrs(get(lib, part))
    assert members.keys() <= set(RECORDED[part])
    if part not in CHOSEN:
        assert set(RECORDED[part]) - members.keys() == ELSEWHERE.get(part, set())
