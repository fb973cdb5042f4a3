"""Trees to closures.

`compile_expression(node, scope)` gives a function from the variables around an expression
to its value in weak head normal form. Where Nix would make a thunk, so does the code here,
and what a thunk runs is compiled when it first runs: a file of which one attribute is read
costs little more than that attribute.
"""

from hmls.lang.compile import attrs, control, functions, operators, strings, variables
from hmls.lang.compile.core import compile_expression, delayed
from hmls.lang.compile.scope import Scope

__all__ = [
    "Scope",
    "attrs",
    "compile_expression",
    "control",
    "delayed",
    "functions",
    "operators",
    "strings",
    "variables",
]
