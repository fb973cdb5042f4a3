"""The example repository against what real Nix says of it (see tests/standins)."""

from __future__ import annotations

from tests.standins.compare import compared
from tests.support import on_evaluation_thread


@on_evaluation_thread
def test_no_value_is_wrong() -> None:
    wrong, known = compared()
    assert not wrong
    assert known > 300
