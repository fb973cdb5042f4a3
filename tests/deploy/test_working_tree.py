"""Paths as Nix prints them, and the user's files that they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.deploy.working_tree import WorkingTree, working_tree

HASH = "8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi"


@pytest.fixture
def tree(tmp_path: Path) -> WorkingTree:
    """A flake in a folder `nix` of a repository."""
    for name in ("repo/.git/x", "repo/nix/flake.nix", "repo/nix/homes/a.nix", "repo/top.nix"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return working_tree(str(tmp_path / "repo/nix"))


def copy(tmp_path: Path, flake: str, content: str) -> str:
    """A source in a store, with a flake.nix of this content at this place."""
    source = tmp_path / f"store/{HASH}-source"
    path = source / flake
    path.parent.mkdir(parents=True)
    path.write_text(content)
    return str(source)


def test_a_flake_below_the_top_of_its_repository(tmp_path: Path, tree: WorkingTree) -> None:
    repo = str(tmp_path / "repo")
    assert tree == WorkingTree(f"{repo}/nix", f"{repo}/nix", repo)
    source = copy(tmp_path, "nix/flake.nix", "repo/nix/flake.nix")
    assert tree.locate(f"{source}/nix/homes/a.nix") == f"{repo}/nix/homes/a.nix"
    assert tree.locate(f"{source}/nix/homes/none.nix") == f"{repo}/nix/homes/none.nix"
    assert tree.locate(f"{source}/top.nix") == f"{repo}/top.nix"
    assert tree.locate("nix/homes/a.nix") == f"{repo}/nix/homes/a.nix"
    assert tree.locate(f"«git+file://{repo}?dir=nix»/nix/homes/a.nix") == f"{repo}/nix/homes/a.nix"


def test_a_copy_of_something_else(tmp_path: Path, tree: WorkingTree) -> None:
    source = copy(tmp_path, "nix/flake.nix", "another flake")
    assert tree.locate(f"{source}/nix/homes/a.nix") is None
    (Path(source) / "nix/homes").mkdir()
    (Path(source) / "nix/homes/a.nix").write_text("repo/nix/homes/a.nix")
    assert tree.locate(f"{source}/nix/homes/a.nix") == tree.locate("nix/homes/a.nix")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x", "«string»", "«github:a/b»/flake.nix", "<nix/x.nix>", "/"]
)
def test_what_is_not_the_users(tree: WorkingTree, path: str) -> None:
    assert tree.locate(path) is None


def test_a_flake_reached_by_a_link_keeps_the_name(tmp_path: Path, tree: WorkingTree) -> None:
    (tmp_path / "link").symlink_to(tree.root)
    linked = working_tree(str(tmp_path / "link"))
    assert linked.locate(f"{tree.root}/homes/a.nix") == f"{tmp_path}/link/homes/a.nix"
    assert linked.locate(f"{tmp_path}/link/homes/a.nix") == f"{tmp_path}/link/homes/a.nix"
    assert linked.locate("top.nix") == f"{tmp_path}/repo/top.nix"
    assert linked.relative(f"{tmp_path}/link/homes/a.nix") == "homes/a.nix"


def test_a_flake_outside_of_git(tmp_path: Path) -> None:
    (tmp_path / "flake.nix").write_text("{ }")
    assert working_tree(str(tmp_path)).top == str(tmp_path)


def test_messages_are_shortened(tmp_path: Path, tree: WorkingTree) -> None:
    source = copy(tmp_path, "nix/flake.nix", "repo/nix/flake.nix")
    other = f"/nix/store/{HASH}-hello-2.12"
    text = f"In `{source}/nix/homes/a.nix': {other}/bin, and {source}/nix/homes/a.nix:1:2"
    assert tree.shorten(text) == f"In `homes/a.nix': {other}/bin, and homes/a.nix:1:2"
