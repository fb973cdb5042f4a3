"""Which attributes a file has, by its text alone; None where that cannot be told."""

from __future__ import annotations

import pytest

from hmls.syntax.parse import parse
from hmls.syntax.shape import names_of_set

TOLD = {
    "{ }": "",
    "{ a = 1; b.c = 2; b.d = 3; }": "a b",
    "# of me\n{ config, lib ? 1, ... }: with lib; let x = 1; in ({ inherit x; })": "x",
    "args: rec { inherit (args) a b; imports = [ ]; }": "a b imports",
    "{ outer = { ${config.name} = { a = 1; a = 2; }; }; }": "outer",
}
NOT_TOLD = (
    "",
    "1",
    "{ config, lib }: { a = 1; }",
    "a: b: { c = 1; }",
    "{ ${name} = 1; a = 2; }",
    '{ "a" = 1; }',
    "{ inherit ${name}; }",
    "{ a = 1; a = 2; }",
    "{ a.b = 1; a = { c = 2; }; }",
    "let x = 1; x = 2; in { a = x; }",
    "if true then { a = 1; } else { }",
    "{ a = 1; } // { imports = [ ]; }",
)


@pytest.mark.parametrize("text", TOLD)
def test_told(text: str) -> None:
    assert names_of_set(parse(text.encode()).root) == frozenset(TOLD[text].split())


@pytest.mark.parametrize("text", NOT_TOLD)
def test_not_told(text: str) -> None:
    assert names_of_set(parse(text.encode()).root) is None
