"""Where a user says that homes lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.config import LayoutSettings
from hmls.homes.layout import Layout
from hmls.homes.workspace import Views, Workspace
from hmls.lang.thread import run
from tests.support import write_files

FILES = {
    "flake.nix": "{ outputs = _: { }; }",
    "people/alice/default.nix": "{ }",
    "people/alice@box/default.nix": "{ }",
    "machines/box/default.nix": "{ }",
    "mods/default.nix": "{ }",
}


def layout_of(workspace: Workspace) -> Layout:
    return run(lambda: next(iter(Views(workspace).newest().repositories.values())).layout)


def opened(folder: Path, toml: str | None = None) -> Workspace:
    write_files(str(folder), FILES if toml is None else {**FILES, "hmls.toml": toml})
    workspace = Workspace()
    workspace.set_folders([str(folder)])
    return workspace


def names(layout: Layout) -> list[str]:
    return [layer.name for layer in layout.layers]


def test_unusual_folders_are_not_guessed(tmp_path: Path) -> None:
    assert names(layout_of(opened(tmp_path))) == []


def test_the_repository_says(tmp_path: Path) -> None:
    text = '[layout]\nhomes = "./people/"\nsystems = "machines"\nhomeModules = "mods"\n'
    layout = layout_of(opened(tmp_path, text))
    assert names(layout) == ["alice", "alice@box"]
    assert layout.systems == {"box": str(tmp_path / "machines/box")}
    assert layout.home_modules == str(tmp_path / "mods")


def test_the_editor_says_otherwise(tmp_path: Path) -> None:
    workspace = opened(tmp_path, '[layout]\nhomes = "machines"\n')
    workspace.use_layout(LayoutSettings(homes="people"))
    assert names(layout_of(workspace)) == ["alice", "alice@box"]


@pytest.mark.parametrize("homes", ["../elsewhere", "{user}", "/", "\0", "none", "a/../b"])
def test_folders_that_are_none(tmp_path: Path, homes: str) -> None:
    workspace = opened(tmp_path)
    workspace.use_layout(LayoutSettings(homes=homes))
    assert names(layout_of(workspace)) == []


def test_settings_change_while_open(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    views = Views(workspace)
    root = str(tmp_path)
    assert run(lambda: names(views.newest().repositories[root].layout)) == []
    workspace.use_layout(LayoutSettings(homes="people"))
    assert run(lambda: names(views.newest().repositories[root].layout)) == ["alice", "alice@box"]
    path = str(tmp_path / "hmls.toml")
    workspace.use_layout(LayoutSettings())
    workspace.open(path, b'layout.homes = "machines"')
    assert run(lambda: names(views.newest().repositories[root].layout)) == ["box"]
    workspace.edit(path, b"no = toml = at all")
    assert run(lambda: names(views.newest().repositories[root].layout)) == []
