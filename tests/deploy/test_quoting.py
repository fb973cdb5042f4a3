"""A command that is shown can be pasted into a shell, and no name in it is ever a command."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hmls.deploy.step import Step, display

NAMES = (
    "plain", "a b", "it's", 'a"b', "$(touch made)", "`touch made`", "a;touch made", "-x",
    "a\tb", "\t';touch made;'", "\x1b[31m';touch made;'", "\t\\';touch made;'",
    "\u202e';touch made;'", "\n$(touch made)", "🎉'",
)  # fmt: skip
SHELLS = ("sh", "bash", "dash", "zsh", "ksh")


@pytest.mark.parametrize("shell", [each for each in SHELLS if shutil.which(each)])
@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_a_command_in_any_shell(tmp_path: Path, shell: str, name: str) -> None:
    """As an editor hands it over: to be evaluated by a shell."""
    shown = display(Step("x", "x", ("printf", "%s", name), "/", "system", env=(("A", name),)))
    assert shown.isprintable()
    said = subprocess.run(
        [shell, "-c", 'eval "$1"', shell, shown], cwd=tmp_path, capture_output=True, check=False
    )
    assert list(tmp_path.iterdir()) == []
    if shell == "bash" or name.isprintable():
        assert said.stdout.decode() == name
