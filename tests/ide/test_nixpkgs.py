"""What is left to nixd of packages and lib, and what is not: seen beside a real nixd."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.ide.completion import complete
from hmls.ide.nixpkgs import is_of_nixpkgs, names_of_nixpkgs
from tests.ide.test_packages import ask
from tests.trees import Tree

OWN = '#- packages/older/default.nix\n{ }: ""\n#- homes/alice/default.nix\n'


def left(folder: Path, text: str) -> set[str]:
    """What nixd completes of our items."""

    def question(tree: Tree) -> object:
        names = [item.label for item in complete(tree.view, tree.path, tree.offset)]
        return names_of_nixpkgs(tree.view, tree.path, tree.offset, names)

    found = ask(folder, text, question)
    assert isinstance(found, set)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ pkgs, ... }: { home.packages = [ pkgs.gr$0 ]; }", True),
        ("{ pkgs, ... }: { home.packages = with pkgs; [ gr$0 ]; }", True),
        ("{ pkgs, ... }: { home.packages = [ pkgs.$0 ]; }", False),
        ("{ pkgs, ... }: { home.packages = with pkgs; [ $0 ]; }", False),
        ("{ pkgs, ... }: let p = pkgs; in { home.packages = [ p.gr$0 ]; }", False),
        ("{ pkgs, lib, ... }: { home.packages = with pkgs; with lib; [ gr$0 ]; }", False),
    ],
)
def test_packages_are_left_once_a_letter_is_typed(
    tmp_path: Path, text: str, expected: bool
) -> None:
    assert ("grepper" in left(tmp_path, text)) == expected


def test_packages_of_the_flake_are_ours(tmp_path: Path) -> None:
    text = OWN + "{ pkgs, ... }: { home.packages = [ pkgs.o$0 ]; }"
    assert "older" not in left(tmp_path, text)


def test_lib_is_left_but_not_what_home_manager_adds(tmp_path: Path) -> None:
    assert "mkForce" in left(tmp_path / "a", "{ lib, ... }: { a = lib.m$0; }")
    assert "listOf" in left(tmp_path / "b", "{ lib, ... }: { a = lib.types.l$0; }")
    assert "mkForce" in left(tmp_path / "c", "{ lib, ... }: { a = with lib; m$0; }")
    assert "hm" not in left(tmp_path / "d", "{ lib, ... }: { a = lib.h$0; }")


@pytest.mark.parametrize(
    ("text", "hover", "definition"),
    [
        ("{ pkgs, ... }: { a = pkgs.grep$0per; }", True, True),
        ("{ pkgs, ... }: { a = with pkgs; [ grep$0per ]; }", True, True),
        ("{ pkgs, ... }: { a = pkgs.nowh$0ere; }", False, False),
        (OWN + "{ pkgs, ... }: { a = pkgs.old$0er; }", False, False),
        ("{ lib, ... }: { a = lib.mk$0If; }", True, True),
        ("{ lib, ... }: { a = with lib; mk$0If; }", True, True),
        ("{ lib, ... }: { a = lib.mk$0Force; }", False, True),
        ("{ lib, ... }: { a = lib.map$0Attrs; }", True, False),
        ("{ lib, ... }: { a = lib.hm.dag.entry$0After; }", False, False),
        ("{ inputs, ... }: { a = inputs.nixpkgs.lib.mk$0If; }", False, False),
        ("{ home.user$0name = ''; }", False, False),
    ],
)
def test_what_nixd_tells_is_left(tmp_path: Path, text: str, hover: bool, definition: bool) -> None:
    def question(tree: Tree) -> object:
        return (
            is_of_nixpkgs(tree.view, tree.path, tree.offset, "hover"),
            is_of_nixpkgs(tree.view, tree.path, tree.offset, "definition"),
        )

    assert ask(tmp_path, text, question) == (hover, definition)
