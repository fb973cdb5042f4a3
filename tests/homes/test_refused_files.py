"""Files that Nix does not read: a variable that is nowhere defined makes all of a file an error."""

from __future__ import annotations

import os
from pathlib import Path

from hmls.homes.repository import Repository
from hmls.homes.settings import setting
from hmls.homes.workspace import Views, Workspace
from tests.support import on_evaluation_thread, write_files
from tests.trees import files_of

_TREE = """
    #- own.nix
    { lib, ... }: { options.my.a = lib.mkOption { default = 0; };
      options.my.b = lib.mkOption { default = 0; }; }
    #- values.nix
    { a = 1; b = 2; }
    #- homes/alice/default.nix
    { imports = [ ../../own.nix ]; my.a = (import ../../values.nix).a; }
"""


def _open(folder: Path, values: str) -> tuple[Workspace, Views, str]:
    root = os.path.realpath(folder)
    write_files(root, {**files_of(_TREE), "values.nix": values})
    workspace = Workspace()
    workspace.set_folders([root])
    return workspace, Views(workspace), os.path.join(root, "values.nix")


def _said(views: Views, *path: str) -> object:
    repository: Repository = next(iter(views.newest().repositories.values()))
    target = next(t for t in repository.targets.items if t.name == "alice")
    found = setting(repository, target, path)
    assert found is not None
    return found.value if found.known else found.error or found.reason


@on_evaluation_thread
def test_the_whole_file_is_an_error(tmp_path: Path) -> None:
    _, views, _ = _open(tmp_path, "{ a = 1; b = { c }: nothing; }")
    assert _said(views, "my", "a") == "undefined variable 'nothing'"
    assert _said(views, "my", "b") == 0


@on_evaluation_thread
def test_other_refusals_too(tmp_path: Path) -> None:
    _, views, _ = _open(tmp_path, "{ a = 1; b = 2; b = 3; }")
    assert "attribute 'b' already defined" in str(_said(views, "my", "a"))


@on_evaluation_thread
def test_while_it_is_typed_the_last_text_counts_that_nix_would_read(tmp_path: Path) -> None:
    workspace, views, path = _open(tmp_path, "{ a = 1; b = 2; }")
    workspace.open(path, b"{ a = 4; b = 2; }")
    assert _said(views, "my", "a") == 4
    workspace.edit(path, b"{ a = 5; b = no; }")
    assert _said(views, "my", "a") == 4
    workspace.edit(path, b"{ a = 5; b = null; }")
    assert _said(views, "my", "a") == 5
