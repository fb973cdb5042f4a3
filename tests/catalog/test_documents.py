"""Examples and descriptions as they are shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hmls.catalog.documents import description, example
from hmls.catalog.lookup import Found
from hmls.catalog.table import bundled
from hmls.ide.option_text import about_option
from hmls.lang.force import get_lazy
from hmls.lang.thread import run
from tests.support import evaluate


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('"jane.doe"', 'Example: `"jane.doe"`'),
        ('"a ${"$"}{b}"', 'Example: `"a \\${b}"`'),
        ("true", "Example: `true`"),
        ("[ 1 ]", "Example:\n```nix\n[\n  1\n]\n```"),
        ('"a\\nb\\n"', "Example:\n```nix\n''\n  a\n  b\n''\n```"),
        ('{ _type = "literalExpression"; text = "pkgs.hello"; }', "Example: `pkgs.hello`"),
        ('{ _type = "literalMD"; text = "what `$USER` is"; }', "Example: what `$USER` is"),
        ('throw "none"', None),
        ('{ _type = "literalMD"; text = throw "none"; }', None),
    ],
)
def test_an_example_is_code_unless_it_is_markdown(written: str, shown: str | None) -> None:
    told = run(lambda: example(get_lazy(evaluate(f"{{ x = {written}; }}"), "x")))
    found = Found("x", True, example=told)
    assert list(about_option(found, replace(bundled(), exact=True))) == [shown] * bool(shown)


def test_a_description_has_no_quotes() -> None:
    assert run(lambda: description(evaluate('"Its *name*."'))) == "Its *name*."
    assert run(lambda: description(evaluate('{ _type = "mdDoc"; text = "a"; }'))) == "a"
