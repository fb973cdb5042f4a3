"""Texts on which a careless reader raises, or reads for hours."""

from __future__ import annotations

import pytest

from hmls.lang.builtins.formats import from_toml
from hmls.lang.errors import NixError
from hmls.lang.thread import run
from hmls.syntax.mend import mend


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("x = " + "1" * 5_000, "too large integer", id="digits"),
        pytest.param(".".join("a" * 60_000) + " = 1", "stack overflow", id="depth"),
        pytest.param('x = """' + "\\\n   " * 40, "invalid string format", id="folds"),
    ],
)
def test_toml(text: str, message: str) -> None:
    with pytest.raises(NixError, match=message):
        run(lambda: from_toml(text))


@pytest.mark.parametrize("word", [b"1" * 200_000, b"a." * 200_000], ids=["digits", "dots"])
def test_updates_behind_long_words(word: bytes) -> None:
    assert mend(word + b" + a//b") == word + b" + a<=b"
