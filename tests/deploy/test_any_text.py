"""Whatever is printed, reading it raises nothing and takes no time to speak of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deploy.shapes import OTHER_SOURCE, read

WORDS = st.sampled_from(
    [
        "error:",
        "       error: ",
        "       … while evaluating the option `x':",
        "         at REPO/flake.nix:1:1:",
        "         at SOURCE/homes/alice/default.nix:9:9:",
        "            1| x",
        "Failed assertions:",
        "- The option `x' does not exist. Definition values:",
        "- In `SOURCE/flake.nix': 1",
        "Did you mean `a', `b' or `c'?",
        "The option `x' has conflicting definition values:",
        "hash mismatch in fixed-output derivation 'x':",
        "specified: a",
        "got: b",
        "warning: ",
        "trace: warning: ",
        "@nix {",
        '@nix {"action":"msg","level":0,"msg":"error: x"}',
        "Existing file '/home/alice/.a' would be clobbered",
        "\x1b[31;1m",
        "\n",
        " ",
    ]
)
SIZE = 100_000
HOSTILE = {
    "slashes": "error: " + "/" * SIZE,
    "paths": "error: " + "/a" * SIZE,
    "stores": "error: " + "/nix/store/" * (SIZE // 10),
    "sources": "error: " + f"{OTHER_SOURCE}/a " * (SIZE // 50),
    "quotes": "error: " + "'`" * SIZE,
    "packages": "error: " + "Package 'a' in " * (SIZE // 15),
    "colons": "error: x\n       at " + ":1" * SIZE + ":x",
    "escapes": "\x1b[1m" * SIZE,
    "frames": "error:\n" + "       … while\n         at /x:1:1:\n" * (SIZE // 40),
    "assertions": "error: Failed assertions:\n" + "       - a.b.c\n" * (SIZE // 20),
    "files": "error: The option `x' has conflicting definition values:\n"
    + "       - In `a': 1\n" * (SIZE // 20),
}


@settings(deadline=None, database=None)
@given(st.lists(st.one_of(WORDS, st.text(max_size=20)), max_size=20).map("".join))
def test_any_text(text: str) -> None:
    read(text)


@pytest.mark.parametrize("name", HOSTILE)
def test_long_text(name: str) -> None:
    assert len(read(HOSTILE[name])) <= 2
