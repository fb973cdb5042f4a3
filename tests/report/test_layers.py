"""`hmls layers`, as a person reads it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from hmls.cli import main
from tests.diagnostics.trees import write_tree


def test_a_layer_that_no_target_has_is_shown(tmp_path: Path) -> None:
    write_tree(tmp_path, "#- homes/alice/default.nix\n{ }\n#- homes/alice@attic/default.nix\n{ }")
    lines = CliRunner().invoke(main, ["layers", str(tmp_path)]).stdout.splitlines()
    assert any("homes/alice@attic" in line and line.startswith(" alice") for line in lines)
    assert any(line.split()[:2] == ["alice", "standalone"] for line in lines)
