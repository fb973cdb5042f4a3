"""What is dropped once a file is compiled."""

from __future__ import annotations

import gc

from hmls.lang.compile.attrs import Bindings
from hmls.lang.force import expect_attrs
from tests.support import evaluate, on_evaluation_thread


@on_evaluation_thread
def test_code_of_sets_within_sets_keeps_no_syntax_tree() -> None:
    value = expect_attrs(evaluate("{ services.a.b = 1; services.c = rec { d.e = x; x = 2; }; }"))
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, Bindings)]
    assert value.keys() == {"services"}
