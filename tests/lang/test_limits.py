"""What would fill the machine's memory is given up, and soon."""

from __future__ import annotations

import pytest

from hmls.lang.budget import MAX_GROWTH, limited, resident_bytes
from hmls.lang.errors import GaveUp, NixError
from hmls.lang.show import show_plain
from tests.support import evaluate, new_interp, on_evaluation_thread


def printed(expression: str) -> str:
    interp = new_interp(lib=True)
    value = evaluate(expression, interp=interp, variables={"lib": interp.lib})
    return show_plain(value, strict=True)


@pytest.mark.parametrize(
    "expression",
    [
        "lib.range 1 100000000",
        'lib.replicate 100000000 "a"',
        'lib.foldl\' (a: b: a // { "x${toString b}" = a; }) { } (lib.range 1 1000000)',
        'let f = n: if n == 0 then "a" else builtins.toJSON (f (n - 1)); in f 60',
        'map (i: lib.concatStrings (lib.genList (_: "0123456789") 100000) + toString i) '
        "(lib.range 1 10000)",
    ],
)
@on_evaluation_thread
def test_too_much_memory(expression: str) -> None:
    before = resident_bytes()
    with pytest.raises(GaveUp), limited(2_000_000_000):
        printed(expression)
    assert resident_bytes() - before < 2 * MAX_GROWTH


@on_evaluation_thread
def test_a_width_that_nests_too_deep() -> None:
    with pytest.raises(NixError, match="stack overflow"), limited(2_000_000_000):
        printed('lib.fixedWidthString 100000000 "a" ""')
