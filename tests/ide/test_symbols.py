"""Symbols of the whole workspace."""

from __future__ import annotations

import pytest

from hmls.ide.symbols import workspace_symbols
from tests.ide.tree import ask


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("bob", ["bob", "a.bob"]),
        ("bot", []),
        ("sesionVariabls", ["home.sessionVariables.X"]),
    ],
)
def test_what_is_like_a_query(query: str, names: list[str]) -> None:
    text = "#- homes/bob/default.nix\n{ a.bob = 1$0; boot.x = 1; home.sessionVariables.X = 1; }"
    assert ask(text, lambda tree: [s.name for s in workspace_symbols(tree.view, query)]) == names
