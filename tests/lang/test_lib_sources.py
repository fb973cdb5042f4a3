"""File sets and sources of a flake, whose files lie below a store path that is not computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hmls.lang import store
from hmls.lang.errors import NixError
from hmls.lang.show import show
from tests.support import evaluate, new_interp, on_evaluation_thread, write_files

FILES = {"a/x.nix": "1", "a/y.txt": "2", "b/z.nix": "3"}


@pytest.fixture
def flake(tmp_path: Path) -> str:
    root = str(tmp_path / "flake")
    write_files(root, FILES)
    store.mount(root)
    return root


def _evaluate(flake: str, expression: str) -> Any:
    interp = new_interp(lib=True)
    path = f"{flake}/expr.nix"
    return evaluate(expression, interp=interp, path=path, variables={"lib": interp.lib})


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("lib.fileset.toList (lib.fileset.union ./a ./b)", "[ ./a/x.nix ./a/y.txt ./b/z.nix ]"),
        ("lib.fileset.toList (lib.fileset.difference ./a ./a/x.nix)", "[ ./a/y.txt ]"),
        ("lib.fileset.toList (lib.fileset.gitTracked ./a)", "[ ./a/x.nix ./a/y.txt ]"),
        ("lib.filesystem.listFilesRecursive ./a", "[ ./a/x.nix ./a/y.txt ]"),
        ("lib.path.removePrefix ./. ./a/x.nix", '"./a/x.nix"'),
        ("lib.path.hasPrefix ./a ./a/x.nix", "true"),
        ("lib.path.hasStorePathPrefix ./a", "true"),
        ('lib.path.append ./a "y.txt"', "./a/y.txt"),
        ("(lib.cleanSource ./a).name", '"source"'),
        ('"${lib.cleanSource ./a}/x.nix"', '"./a/x.nix"'),
        ("toString (lib.fileset.toSource { root = ./.; fileset = ./a; })", '"."'),
    ],
)
@on_evaluation_thread
def test_paths_of_a_flake(flake: str, expression: str, expected: str) -> None:
    assert show(_evaluate(flake, expression)) == expected


@on_evaluation_thread
def test_a_source_has_a_store_path_of_its_own(flake: str) -> None:
    path = _evaluate(flake, "(lib.sourceByRegex ./a [ ]).outPath")
    assert store.is_symbolic(path)
    assert not path.startswith(store.shown_path(flake))


@on_evaluation_thread
def test_missing_paths_are_named_as_nix_names_them(flake: str) -> None:
    with pytest.raises(NixError) as raised:
        _evaluate(flake, "lib.fileset.toList ./missing")
    shown = store.shown_path(f"{flake}/missing")
    assert raised.value.message.startswith(
        f"lib.fileset.toList: Argument ({shown}) is a path that does not exist."
    )
