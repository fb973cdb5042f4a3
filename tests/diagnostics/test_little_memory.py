"""What is found where the values of all targets do not fit into memory at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.ide import diagnostics
from hmls.ide.diagnostics import Diagnostic, diagnose_all
from tests.trees import Tree, in_tree

_TREE = """
    #- modules/home/default.nix
    { lib, ... }: { options.own.n = lib.mkOption { type = lib.types.int; }; }
    #- homes/alice/default.nix
    { own.n = 1; }
    #- homes/alice@global/default.nix
    { own.n = "no"; }
    #- homes/alice@work/default.nix
    { own.n = 2; }
    #- homes/bob/default.nix
    { own.n = 1; own.m = 2; }
"""


def test_values_that_were_let_go_change_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(tree: Tree) -> list[Diagnostic]:
        return diagnose_all(tree.view, tree.repository)

    before = in_tree(tmp_path, _TREE, ask)
    monkeypatch.setattr(diagnostics, "MUCH_MEMORY", 0)
    after = in_tree(tmp_path, _TREE, ask)
    assert {each.code.name for each in before} >= {"conflict", "type-mismatch"}
    assert [str(each) for each in after] == [str(each) for each in before]
