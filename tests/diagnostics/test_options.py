"""Options of Home Manager with other names, and their quick fixes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.ide.types import TextEdit
from tests.diagnostics.trees import problems

HOME = "#- homes/alice/default.nix\n"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (
            '{ programs.git.userName = "a"; }',
            '{ programs.git.settings.user.name = "a"; }',
        ),
        (
            '{ programs.git = { userName = "a"; }; }',
            '{ programs.git = { settings.user.name = "a"; }; }',
        ),
        (
            "{ programs = { git.extraConfig = { a.b = 1; c = 2; }; }; }",
            "{ programs = { git.settings = { a.b = 1; c = 2; }; }; }",
        ),
        (
            "{ programs.git.extraConfig.a.b = 1; }",
            "{ programs.git.settings.a.b = 1; }",
        ),
        (
            "{ programs.vscode.userSettings.x = 1; }",
            "{ programs.vscode.profiles.default.userSettings.x = 1; }",
        ),
    ],
)
def test_renamed_options(tmp_path: Path, text: str, mended: str) -> None:
    (found,) = (d for d in problems(tmp_path, HOME + text) if d.code.name == "renamed-option")
    (fix,) = found.fixes
    assert fix.edit is not None
    (edit,) = fix.edit.edits
    assert isinstance(edit, TextEdit)
    content = Path(edit.path).read_bytes()
    assert (
        content[: edit.start] + edit.text.encode() + content[edit.end :] == f"{mended}\n".encode()
    )


def test_an_option_that_cannot_be_written_here_gets_no_fix(tmp_path: Path) -> None:
    text = "{ programs.git.difftastic = { enable = true; }; }"
    found = [d for d in problems(tmp_path, HOME + text) if d.code.name == "renamed-option"]
    assert [d.fixes for d in found] == [()]
