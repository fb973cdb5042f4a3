"""docs/settings.md says what hmls/config.py says."""

from __future__ import annotations

from tools.settings_page import PAGE, settings_page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(), "run `make settings`"
