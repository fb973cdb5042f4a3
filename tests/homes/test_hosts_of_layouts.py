"""Which folders are hosts and which files users: those that could be deployed."""

from __future__ import annotations

from pathlib import Path

from hmls.homes.layout import Layout
from hmls.homes.workspace import Views, Workspace
from hmls.lang.thread import run
from tests.support import write_files


def layout_of(folder: Path, *names: str) -> Layout:
    write_files(str(folder), dict.fromkeys(("flake.nix", *names), "{ }"))

    def read() -> Layout:
        workspace = Workspace()
        workspace.set_folders([str(folder)])
        (repository,) = Views(workspace).newest().repositories.values()
        return repository.layout

    return run(read)


def test_a_folder_beside_the_systems_is_no_host(tmp_path: Path) -> None:
    layout = layout_of(
        tmp_path,
        "homes/alice/default.nix",
        "systems/box/default.nix",
        "systems/mac/darwin-configuration.nix",
        "systems/profiles/fonts/default.nix",
    )
    assert sorted(layout.systems) == ["box", "mac"]


def test_the_file_that_imports_the_users_is_no_user(tmp_path: Path) -> None:
    layout = layout_of(
        tmp_path,
        "hosts/box/configuration.nix",
        "hosts/box/users/default.nix",
        "hosts/box/users/zoë.nix",
        "hosts/common/users.nix",
    )
    assert layout.users == ["zoë"]
    assert sorted(layout.systems) == ["box"]
