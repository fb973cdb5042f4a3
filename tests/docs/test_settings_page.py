"""docs/settings.md says what hmls/config.py says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.settings_page import PAGE, settings_page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(), "run `make settings`"


def test_the_schema_of_vs_code_is_current() -> None:
    script = Path(__file__).parents[2] / "editors/vscode/settings.py"
    done = subprocess.run([sys.executable, script, "--check"], check=False)
    assert done.returncode == 0, "run python editors/vscode/settings.py"
