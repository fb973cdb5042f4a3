"""Which inputs a lock names, and what each of them is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hmls.homes.inputs import inputs_of_role
from hmls.homes.lock import read_lock
from hmls.homes.sources import sources_of
from hmls.homes.workspace import Views
from hmls.lang.thread import run
from tests.catalog.test_store import workspace
from tests.store import Store


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 99, "root": "root", "nodes": {}}',
        '{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"home-manager": 1}}}}',
        '{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"a": ["a"]}}}}',
        '{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"home-manager": "x"}},'
        ' "x": {"locked": {"narHash": "sha256-????"}}}}',
    ],
)
def test_broken_locks_name_no_sources(tmp_path: Path, text: str) -> None:
    made = workspace(tmp_path / "f", Store(tmp_path), text, "{ }")

    def ask() -> int:
        (repository,) = Views(made).newest().repositories.values()
        return len(sources_of(repository))

    assert run(ask) == 0


def test_follows_and_inputs_of_inputs_are_found() -> None:
    nodes = {
        "root": {"inputs": {"mine": "mine", "nixpkgs": ["mine", "nixpkgs"]}},
        "mine": {"inputs": {"home-manager": "hm", "nixpkgs": "np"}, "locked": {}, "original": {}},
        "hm": {"inputs": {}, "locked": {"owner": "nix-community", "repo": "home-manager"}},
        "np": {"locked": {"type": "path", "path": "/x", "narHash": "sha256-" + "A" * 43 + "="},
               "original": {"type": "indirect", "id": "nixpkgs"}},
    }  # fmt: skip
    read = read_lock(json.dumps({"version": 7, "root": "root", "nodes": nodes}).encode())
    assert [name for name, _ in inputs_of_role(read, "home-manager")] == ["home-manager"]
    (found,) = inputs_of_role(read, "nixpkgs")
    assert found[0] == "nixpkgs"
    assert found[1].store_path is not None


def tarball(url: str) -> dict[str, str]:
    return {"type": "tarball", "url": url}


@pytest.mark.parametrize(
    ("locked", "is_known"),
    [
        ({"type": "path", "path": "/home/alice/src/hm"}, True),
        ({"type": "git", "url": "file:///home/alice/src/hm"}, True),
        (tarball("file:///home/alice/hm-24.11.tar.gz"), True),
        ({"type": "path", "path": "./src/hm"}, False),
        ({"type": "git", "url": "https://git.example.org/alice/hm.git"}, False),
        ({"type": "github", "owner": "alice", "repo": "hm"}, False),
        ({"type": "git", "url": "ssh://git@example.org/fork/home-manager"}, True),
        (tarball("https://codeload.github.com/nix-community/home-manager/tar.gz/x"), True),
        (tarball("https://example.org/fork/home-manager.tar.gz"), True),
        (tarball("https://github.com/nix-community/home-manager/archive/master.tar.gz"), True),
        (tarball("https://github.com/a/home-manager/archive/refs/heads/x.y.tar.gz"), True),
        (tarball("https://api.github.com/repos/nix-community/home-manager/tarball/main"), True),
        (
            tarball("https://gitlab.com/a/home-manager/-/archive/main/home-manager-main.tar.gz"),
            True,
        ),
        (tarball("https://github.com/a/hm/archive/home-manager.tar.gz"), False),
    ],
)
def test_a_checkout_on_this_machine_is_what_it_is_called(
    locked: dict[str, str], is_known: bool
) -> None:
    node = {"locked": locked, "original": locked, "parent": []}
    nodes = {"root": {"inputs": {"home-manager": "hm"}}, "hm": node}
    read = read_lock(json.dumps({"version": 7, "root": "root", "nodes": nodes}).encode())
    assert bool(inputs_of_role(read, "home-manager")) == is_known
