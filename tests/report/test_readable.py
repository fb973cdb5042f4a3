"""Values that are not wholly known, as a person reads them."""

from __future__ import annotations

import pytest

from hmls.homes.readable import readable

LONG = "config.programs.zsh.enable && config.programs.zsh.dotDir != null"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('"plain"', '"plain"'),
        ("if ⟨c⟩: 1; else: 2", "if ⟨c⟩: 1; else: 2"),
        (f"if ⟨{LONG}⟩: 1; else: 2", f"if ⟨{LONG[:47]}…⟩: 1; else: 2"),
        ("if ⟨if ⟨a⟩: 🎉; else: c⟩: 1; else: 2", "if ⟨if a: 🎉; else: c⟩: 1; else: 2"),
        ("if ⟨a⟩: 1; else: if ⟨b⟩: 2; else: 3", "if ⟨a⟩: 1; else: if ⟨b⟩: 2; else: 3"),
        ("x ⟩ y", "x ⟩ y"),
        ("if ⟨cut off", "if ⟨cut off"),
        ("config.home-manager.users.zoë.a", "config.a"),
        ("config.home-manager.users.bob.a", "config.home-manager.users.bob.a"),
    ],
)
def test_conditions_in_a_few_words(text: str, shown: str) -> None:
    assert readable(text, "zoë") == shown
