"""A flake that is opened by a symlink, as `~/.config/home-manager` often is, or below one."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.homes.repository import loaded_files
from hmls.homes.workspace import Views, Workspace
from hmls.ide.diagnostics import diagnose_all
from hmls.lang.thread import run
from tests.support import write_files
from tests.trees import files_of

TREE = """
    #- homes/alice/default.nix
    { imports = [ ./git.nix ../../shared.nix ]; }
    #- homes/alice/git.nix
    { programs.git.enable = true; }
    #- shared.nix
    { programs.bat.enable = true; }
"""


@pytest.mark.parametrize(("link", "opened"), [("link", "link"), ("above", "above/flake")])
def test_it_is_the_flake_that_it_leads_to(tmp_path: Path, link: str, opened: str) -> None:
    real = tmp_path / "🎉" / "flake"
    write_files(str(real), files_of(TREE))
    (tmp_path / link).symlink_to(real if link == opened else real.parent)
    root = str(tmp_path / opened)

    def ask() -> tuple[list[str], list[str], set[str]]:
        workspace = Workspace()
        workspace.set_folders([root])
        view = Views(workspace).newest()
        (repository,) = view.repositories.values()
        problems = [each.message for each in diagnose_all(view, repository)]
        target = repository.targets.items[0]
        files = set(loaded_files(repository.evaluation(target)))
        return [each.name for each in repository.targets.items], problems, files

    names, problems, files = run(ask)
    assert names == ["alice"]
    assert problems == []
    assert {f"{root}/homes/alice/git.nix", f"{root}/shared.nix"} <= files


def test_a_link_out_of_it_is_no_part_of_it(tmp_path: Path) -> None:
    real = tmp_path / "real"
    write_files(
        str(real),
        files_of("""
        #- homes/alice/default.nix
        { imports = [ ./out.nix ]; }
    """),
    )
    (tmp_path / "out.nix").write_text("{ programs.git.enable = true; }")
    (real / "homes/alice/out.nix").symlink_to(tmp_path / "out.nix")
    (tmp_path / "link").symlink_to(real)

    def ask() -> list[str]:
        workspace = Workspace()
        workspace.set_folders([str(tmp_path / "link")])
        view = Views(workspace).newest()
        (repository,) = view.repositories.values()
        return [each.message for each in diagnose_all(view, repository)]

    assert run(ask) == ["homes/alice/out.nix lies outside of the flake, which may not be read"]
