"""Which files git knows, by their names."""

from __future__ import annotations

import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from hmls.homes.git import read_git_tree

NAME = "homes/andré 🎉/default.nix"


def repository(folder: Path, name: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_text("{ }")
    for arguments in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_tracked_as_it_is_on_the_disk(tmp_path: Path, form: str) -> None:
    """On Linux a letter with an accent and the two that it is made of are two names."""
    name = unicodedata.normalize("NFC" if form == "NFC" else "NFD", NAME)
    other = unicodedata.normalize("NFD" if form == "NFC" else "NFC", NAME)
    repository(tmp_path, name)
    tree = read_git_tree(str(tmp_path))
    assert tree.is_tracked(name)
    assert tree.is_tracked(name.rpartition("/")[0])
    assert not tree.is_tracked(other)


def test_git_on_macos_composes_what_the_disk_has_in_parts(tmp_path: Path) -> None:
    repository(tmp_path, unicodedata.normalize("NFC", NAME))
    tree = replace(read_git_tree(str(tmp_path)), composes=True)
    assert tree.is_tracked(unicodedata.normalize("NFD", NAME))
    assert tree.is_tracked(unicodedata.normalize("NFC", NAME))
