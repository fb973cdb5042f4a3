"""What all files say together, file by file as they change."""

from __future__ import annotations

import os
from pathlib import Path

from hmls.homes.files import Files
from hmls.homes.gathered import DefinedNames
from hmls.homes.index import Index
from hmls.homes.package_names import used_packages
from hmls.homes.repository import Repository
from hmls.homes.workspace import Views, Workspace
from hmls.lang.thread import run
from tests.support import write_files

_FILES = {
    "flake.nix": "{ outputs = _: { }; }\n",
    "homes/alice/default.nix": "{ a.b = 1; a.c.d = 2; home.packages = [ pkgs.fd pkgs.jq ]; }\n",
    "homes/bob/default.nix": "{ options.a.b = 1; config.a.b = 3; x = pkgs.fd; }\n",
}


def test_each_version_has_the_names_of_its_own_files(tmp_path: Path) -> None:
    root = os.path.realpath(tmp_path)
    write_files(root, _FILES)

    def ask() -> None:
        workspace = Workspace()
        workspace.set_folders([root])
        views = Views(workspace)
        path = f"{root}/homes/alice/default.nix"
        first = next(iter(views.newest().repositories.values()))
        assert _told(first) == {"a": (3, 1), "a.b": (2, 1), "a.c": (1, 0), "x": (1, 0)}
        assert used_packages(first) == {"fd": 2, "jq": 1}
        workspace.open(path, _FILES["homes/alice/default.nix"].encode(), 1)
        texts = ("{ a.b = ", "{ a.e = 1; }", "{ a.e = 1; x.y = pkgs.rg; }", "", "{ x.z = 1; }")
        versions = [first]
        for number, text in enumerate(texts, 2):
            workspace.edit(path, text.encode(), number)
            versions.append(next(iter(views.newest().repositories.values())))
        for repository in (*versions, *reversed(versions)):
            assert _told(repository) == _told_anew(repository)
        assert used_packages(versions[3]) == {"fd": 1, "rg": 1}
        os.remove(f"{root}/homes/bob/default.nix")
        workspace.changed_on_disk([f"{root}/homes/bob/default.nix"], listing=True)
        last = next(iter(views.newest().repositories.values()))
        assert _told(last) == {"x": (1, 0), "x.z": (1, 0)}

    run(ask)


def _told(repository: Repository) -> dict[str, tuple[int, int]]:
    names = DefinedNames.of(repository.index)
    paths = [("a",), ("a", "b"), ("a", "c"), ("a", "e"), ("x",), ("x", "y"), ("x", "z")]
    found = {".".join(path): names.below(path[:-1]).get(path[-1]) for path in paths}
    return {path: (name.used, name.declared) for path, name in found.items() if name is not None}


def _told_anew(repository: Repository) -> dict[str, tuple[int, int]]:
    before = repository.files
    files = Files(before.tree, before.buffers)
    fresh = Repository(repository.root, files, repository.knowledge)
    fresh.index = Index(repository.root, files)
    return _told(fresh)
