"""What merging definitions gives: a value, and the way to the parts it was made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from hmls.lang.values import Lazy, Thunk

if TYPE_CHECKING:
    from hmls.modules.evaluation import Evaluation


class Merged(NamedTuple):
    """A merged value.

    `part(name)` gives the `Resolved`, option or level behind one attribute of the value;
    without it the type merges the value as a whole. `error` is the message, not yet
    built, of what the type check found wrong with the definitions (nixpkgs' headError);
    `meta` is its valueMeta, and `evaluation` is that of a submodule.
    """

    value: Lazy
    part: Callable[[str], Any] | None = None
    error: Thunk | None = None
    meta: Lazy = None
    evaluation: Evaluation | None = None
