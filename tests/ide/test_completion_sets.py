"""Completion in sets that are no options: local ones, arguments, parts of flake.nix."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.homes.catalogued import Catalogued
from hmls.ide.completion import complete
from tests.ide.test_options import OWN
from tests.trees import Tree, in_tree

HOME = "#- homes/alice/default.nix\n"
MORE = OWN + "#- homes/alice@desk/default.nix\n{ }\n"


def labels(folder: Path, text: str, more: str = MORE) -> list[str]:
    def ask(tree: Tree) -> list[str]:
        return [item.label for item in complete(tree.view, tree.path, tree.offset)]

    return in_tree(
        folder, (text if text[0] == "#" else HOME + text + "\n") + more, ask, Catalogued()
    )


SUBMODULE = "{ lib, ... }: { options.x = lib.mkOption { type = lib.types.submodule (%s); }; }"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ ... }: let x = { a = 1; b.c = 2; }; in { y = x.$0; }", ["a", "b"]),
        ("{ ... }: let x = { a = 1; b.c = 2; }; in { y = x.b.$0; }", ["c"]),
        ("{ ... }: let x.a = 1; x.b = 2; in { y = x.$0; }", ["a", "b"]),
        ("{ ... }: let x = { a = 1; }; in { y = { inherit (x) $0; }; }", ["a"]),
        ("{ lib, ... }: let x = lib.mapAttrs (n: v: v) { a = 1; }; in { y = x.$0; }", ["a"]),
        ('{ lib, ... }: let x = lib.genAttrs [ "a" "b" ] f; in { y = x.$0; }', ["a", "b"]),
        ("{ ... }: let f = { a }: { c = a; }; in { y = (f { a = 1; }).$0; }", ["c"]),
        ("{ ... }: let f = x: x.one + x.$0; in { }", ["one"]),
        ("{ ... }: let f = { a, b ? 1 }: 1; in { y = f { a = 1; $0 }; }", ["b"]),
        ("{ ... }: let f = x: { a }: 1; in { y = f 1 { $0 }; }", ["a"]),
        ("{ ... }: { x.y = [ { aa = 1; bb = 2; } { bb = 1; $0 } ]; }", ["aa"]),
        ("{ ... }: let m = { one = { aa = 1; }; two = { $0 }; }; in { }", ["aa"]),
        (SUBMODULE % "{ name, $0 }: { }", ["config", "options", "lib"]),
        (SUBMODULE % "{ config, ... }: { options.a = 1; config = { b = config.$0; }; }", ["a"]),
        ("{ config, lib, ... }: { x = lib.mapAttrs (n: b: b.wide.$0) config.my.boxes; }", ["open"]),
        ("{ config, lib, ... }: let jobs = lib.filterAttrs (n: b: b.$0) config.my.boxes; in { }",
         ["sides", "wide"]),
        ("{ config, ... }: { x = map (each: each.$0) config.my.list; }", ["side"]),
        ("{ config, ... }@args: { x = args.config.my.boxes.one.$0; }", ["sides", "wide"]),
        ("{ config, ... }@args: let inherit (args.config.my) $0; in { }",
         ["boxes", "colour", "list"]),
    ],
)  # fmt: skip
def test_just_these(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert sorted(labels(tmp_path, text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{ lib, ... }: { options.x = lib.mkOption { type = 1; $0 }; }",
            {"default", "description"},
        ),
        ("{ pkgs, ... }: { x = pkgs.stdenv.mkDerivation { pname = 1; $0 }; }", {"src", "meta"}),
        ("{ ... }: let f = { a, $0 }: 1; in { y = f { b = 1; }; }", {"b"}),
        ("{ $0 }: { x = lib.id pkgs.hello; }", {"lib", "pkgs"}),
        ("{ conf$0", {"config", "programs"}),
        ("{ imp$0 }", {"imports"}),
        ("{ ... }@args: { x = args.$0; }", {"config", "lib"}),
        ("{ inputs, ... }: { x = inputs.unread.$0; }", {"homeModules", "packages"}),
    ],
)
def test_these_too(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert expected <= set(labels(tmp_path, text))


def test_a_function_of_another_file(tmp_path: Path) -> None:
    other = "#- homes/alice/a.nix\n{ foo, lib }: { bar = foo; }\n" + MORE
    assert labels(tmp_path, "{ ... }: { x = import ./a.nix { $0 }; }", other) == ["foo", "lib"]
    assert labels(tmp_path, "{ ... }: { x = (import ./a.nix { }).$0; }", other) == ["bar"]
    caller = HOME + "{ ... }: { x = import ./a.nix { foo = 1; }; }\n"
    assert labels(tmp_path, "#- homes/alice/a.nix\n{ $0 }: { }\n" + caller)[0] == "foo"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ $0 }", ["description", "inputs", "outputs", "nixConfig"]),
        ("{ inputs.x.u$0 }", ["url", "follows"]),
        ("{ inputs = { x = { $0 }; }; }", ["url", "follows"]),
        ('{ inputs.x.url = 1; inputs.y.inputs.z.follows = "$0"; }', ["x", "y"]),
        ("{ outputs = _: { $0 }; }", ["homeConfigurations", "nixosConfigurations"]),
    ],
)
def test_flake(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = labels(tmp_path, f"#- flake.nix\n{text}\n{HOME}{{ }}\n", "")
    assert found[: len(expected)] == expected
