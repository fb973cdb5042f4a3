"""Completion of options and of their values."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.ide.completion import complete
from tests.trees import in_tree


def labels(folder: Path, text: str) -> list[str]:
    tree = f"#- homes/alice/default.nix\n{text}\n"
    return in_tree(folder, tree, lambda t: [i.label for i in complete(t.view, t.path, t.offset)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ ... }: { programs.git.$0 }", "signing"),
        ("{ ... }: { programs.git = { si$0 }; }", "signing"),
        ("{ ... }: { programs = { git = { signing.$0 = 1; }; }; }", "signByDefault"),
        ("{ lib, ... }: { config = lib.mkIf true { programs.$0 }; }", "starship"),
        ('{ ... }: { home.file."a".$0 }', "executable"),
        ("{ ... }: { programs.firefox.profiles.me.$0 }", "settings"),
        ("{ config, ... }: { x = config.xdg.$0; }", "configHome"),
        ("{ config, ... }: let cfg = config.programs.git; in { x = cfg.$0; }", "enable"),
        ("{ ... }: { programs.git.enable = t$0; }", "true"),
        ("{ ... }: { services.gpg-agent.pinentry.package = n$0; }", "null"),
    ],
)
def test_it_is_offered(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in labels(tmp_path, text)


def test_what_is_used_comes_first(tmp_path: Path) -> None:
    text = "{ ... }: { programs.zsh.enable = true; programs.$0 }"
    assert labels(tmp_path, text)[0] == "zsh"


def test_a_name_of_no_option_has_nothing_below(tmp_path: Path) -> None:
    assert labels(tmp_path, "{ ... }: { programs.git.enable.$0 }") == []
