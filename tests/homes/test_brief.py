"""Texts of what is not known, cut so that a person can read them."""

from __future__ import annotations

import pytest

from hmls.homes.brief import brief, innermost
from hmls.homes.plain import why
from hmls.lang.values import Cause, Unknown


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pkgs.git", "pkgs.git"),
        ('if ⟨a⟩: "x"; else: [ ] ++ [ "🎉" ]', 'if ⟨a⟩: "x"; else: [ ] ++ [ "🎉" ]'),
        ("if ⟨if ⟨b.c⟩: true; else: false⟩: 1; else: 2", "if ⟨b.c⟩: 1; else: 2"),
        ("if ⟨if options ? x: { a = …⟩: 1; else: 2", "if ⟨options ? x⟩: 1; else: 2"),
        (
            "if ⟨a⟩: 1; else: if ⟨b⟩: 2; else: if ⟨c⟩: 3; else: 4",
            "if ⟨a⟩: 1; else: if ⟨b⟩: 2; else: …",
        ),
        ("if ⟨a⟩: if ⟨b⟩: if ⟨c⟩: 3; else: 4", "if ⟨a⟩: if ⟨b⟩: …"),
        (f"if ⟨{'x' * 80}⟩: 1; else: 2", f"if ⟨{'x' * 59}…⟩: 1; else: 2"),
        ("if ⟨a", "if ⟨a…"),
    ],
)
def test_brief(text: str, told: str) -> None:
    assert brief(text) == told


def test_the_innermost_condition() -> None:
    assert innermost("if ⟨if ⟨b⟩: a; else: c⟩: 1; else: 2") == "b"
    assert innermost("pkgs.git") == "pkgs.git"


@pytest.mark.parametrize(
    ("text", "told"), [("pkgs.🎉", "pkgs.🎉: nobody knows"), ("…", "nobody knows")]
)
def test_a_reason_names_what_has_a_name(text: str, told: str) -> None:
    assert why(Unknown(text, Cause("test", "nobody knows"))) == told
