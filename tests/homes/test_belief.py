"""For how long the disk is believed to be as it was, and what a home is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hmls.homes import files
from hmls.homes.catalogued import Catalogued
from hmls.homes.offered import evaluate_awaited
from hmls.homes.repository import Repository
from hmls.homes.setting import Setting
from hmls.homes.settings import setting
from hmls.homes.workspace import Views, Workspace
from hmls.ide.completion import complete
from hmls.ide.hover import hover
from hmls.lang.budget import limited
from tests.support import on_evaluation_thread, write_files
from tests.trees import files_of, in_tree

_TREE = """
    #- homes/alice/default.nix
    { home.username = "alice"; programs.git.enable = import ../../on.nix; }
    #- on.nix
    true
"""


def _open(folder: Path) -> tuple[Workspace, Views, Path]:
    root = Path(os.path.realpath(folder))
    write_files(str(root), files_of(_TREE))
    workspace = Workspace()
    workspace.set_folders([str(root)])
    layer = root / "homes/alice/default.nix"
    workspace.open(str(layer), layer.read_bytes())
    return workspace, Views(workspace), root


def _is_on(views: Views) -> object:
    repository: Repository = next(iter(views.newest().repositories.values()))
    found = setting(repository, repository.targets.items[0], ("programs", "git", "enable"))
    assert isinstance(found, Setting)
    return found.value


def _type(workspace: Workspace, root: Path, version: int) -> None:
    layer = root / "homes/alice/default.nix"
    workspace.edit(str(layer), layer.read_bytes() + b"# %d\n" % version, version)


@on_evaluation_thread
def test_what_nobody_reports_is_noticed_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, views, root = _open(tmp_path)
    assert _is_on(views) is True
    (root / "on.nix").write_text("false", encoding="utf-8")
    _type(workspace, root, 2)
    assert _is_on(views) is True
    monkeypatch.setattr(files, "_BELIEVED_S", 0.0)
    _type(workspace, root, 3)
    assert _is_on(views) is False


@on_evaluation_thread
def test_what_is_reported_is_taken_at_once(tmp_path: Path) -> None:
    workspace, views, root = _open(tmp_path)
    assert _is_on(views) is True
    (root / "on.nix").write_text("false", encoding="utf-8")
    workspace.changed_on_disk([str(root / "on.nix")], listing=False)
    _type(workspace, root, 2)
    assert _is_on(views) is False


_PEOPLE = """
    #- homes/alice/default.nix
    { programs.git.en$0able = true; }
    #- homes/bob/default.nix
    { imports = [ ../alice ]; }
    #- homes/bob@desk/default.nix
    { }
"""


def test_the_list_of_targets_and_a_hover_load_no_home_of_others(tmp_path: Path) -> None:
    loaded = in_tree(
        tmp_path,
        _PEOPLE,
        lambda tree: (
            len(tree.repository.targets.items),
            str(hover(tree.view, tree.path, tree.offset)).count("alice") > 0,
            [key for key in tree.repository._contexts if key.startswith("home")],
        ),
    )
    assert loaded == (3, True, ["homeConfigurations.alice"])


def test_the_layers_of_a_target_are_those_that_its_home_loads(tmp_path: Path) -> None:
    def layers(name: str) -> list[str]:
        return in_tree(
            tmp_path, _PEOPLE, lambda tree: [layer.name for layer in tree.target(name).layers]
        )

    assert layers("alice") == ["alice"]
    assert layers("bob") == ["alice", "bob"]
    assert layers("bob@desk") == ["alice", "bob", "bob@desk"]


_SLOW = """
    #- homes/alice/default.nix
    { imports = [ ../../own.nix ]; home.username = "alice"; }
    #- own.nix
    { lib, ... }: {
      imports = builtins.seq (builtins.foldl' builtins.add 0 (builtins.genList (x: x) 200000)) [ ];
      options.programs.gitlike.enable = lib.mkEnableOption "it";
    }
"""


@on_evaluation_thread
def test_names_do_not_wait_for_modules_that_take_long(tmp_path: Path) -> None:
    root = os.path.realpath(tmp_path)
    write_files(root, files_of(_SLOW))
    workspace = Workspace()
    workspace.set_folders([root])
    views, layer = Views(workspace, Catalogued()), f"{root}/homes/alice/default.nix"
    before = _SLOW.splitlines()[2].strip()

    def typed(text: str, version: int) -> tuple[list[str], bool]:
        text = before.replace("}", f"{text} }}")
        workspace.open(layer, text.encode(), version)
        items = complete(views.newest(), layer, text.index(" }"))
        found = [f"{item.label}: {item.detail}" for item in items]
        return found, any(item.narrows for item in items)

    with limited(20_000):
        assert typed("programs.gitlike.", 1) == (["enable: in this flake"], True)
    workspace.open(layer, before.encode(), 2)
    repository: Repository = next(iter(views.newest().repositories.values()))
    evaluate_awaited(repository, layer)
    assert typed("programs.gitlike.", 3) == (["enable: boolean"], False)
