"""lib.fileset: sets of local files. Source: nixpkgs lib/fileset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.lib.fileset.values import EMPTY
from hmls.lang.values import Lazy

if TYPE_CHECKING:
    from hmls.lang.interp import Interp


def constants(_interp: Interp) -> dict[str, Lazy]:
    """The members that are no functions."""
    return {"empty": EMPTY}
