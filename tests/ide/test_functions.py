"""Functions, variables, arguments and modules: completion, hover, signatures."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.catalog.functions import functions
from hmls.ide.completion import complete
from hmls.ide.hover import hover
from hmls.ide.signature import Signature, signature
from hmls.lang.builtins import top_level_names
from hmls.lang.disk import DiskReader
from hmls.lang.errors import NixError
from hmls.lang.force import expect_attrs, force
from hmls.lang.interp import Interp
from hmls.lang.thread import run
from hmls.modules.hm_types import home_manager_lib
from hmls.modules.library import make_library
from tests.trees import Tree, in_tree

HOME = "#- homes/alice/default.nix\n"
MORE = """
#- modules/home/shell.nix
{ }
#- homes/alice/git/default.nix
{ }
"""


def labels(folder: Path, text: str) -> list[str]:
    def ask(tree: Tree) -> list[str]:
        return [item.label for item in complete(tree.view, tree.path, tree.offset)]

    return in_tree(folder, HOME + text + MORE, ask)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ lib, ... }: { x = lib.$0 }", {"mkIf", "types", "hm", "genAttrs"}),
        ("{ lib, ... }: { x = lib.mk$0 true { }; }", {"mkIf"}),
        ("{ lib, ... }: { x = lib.types.$0; }", {"str", "nullOr"}),
        ("{ lib, ... }: { x = lib.hm.dag.$0; }", {"entryAfter"}),
        ("{ lib, ... }: { x = with lib; mk$0; }", {"mkIf", "lib"}),
        ("{ lib, ... }: { x = let inherit (lib) mk$0; in 1; }", {"mkIf"}),
        ("{ ... }: { x = builtins.$0; }", {"map", "readDir", "toJSON"}),
        ("{ ... }: let size = 1; in { x = s$0; }", {"size", "builtins", "map"}),
        ("{ user, ... }@args: { x = rec { y = $0; }; }", {"user", "args", "y"}),
        ("{ $0 }: { }", {"config", "lib", "pkgs", "osConfig", "inputs", "self"}),
        ("{ inputs, ... }: { x = inputs.$0; }", {"nixpkgs", "home-manager"}),
        ("{ inputs, ... }: { x = inputs.nixpkgs.lib.$0; }", {"mkIf"}),
        ("{ ... }: { imports = [ $0 ]; }", {"./git", "../../modules/home/shell.nix"}),
        ("{ ... }: { imports = [ ./git ] ++ [ $0 ]; }", {"./git"}),
    ],
)
def test_it_is_offered(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert expected <= set(labels(tmp_path, text))


def test_literals_come_before_all_that_a_with_brings(tmp_path: Path) -> None:
    found = labels(tmp_path, "{ lib, ... }: with lib; let own = 1; in { x.enable = t$0; }")
    assert found.index("own") < found.index("true") < found.index("mkIf") < found.index("toString")
    assert found.count("true") == 1


def test_inputs_are_offered_where_the_flake_takes_them(tmp_path: Path) -> None:
    text = "{ inputs.nixpkgs.url = 1; inputs.sops.url = 2; outputs = { self, $0 }: { }; }"

    def ask(tree: Tree) -> list[str]:
        return [item.label for item in complete(tree.view, tree.path, tree.offset)]

    found = in_tree(tmp_path, f"#- flake.nix\n{text}\n{HOME}{{ }}\n", ask)
    assert found == ["nixpkgs", "sops"]


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("lib.mk$0If", "mkIf condition definitions"),
        ("lib.strings.has$0Prefix", "hasPrefix prefix text"),
        ("with lib; mk$0If", "mkIf condition definitions"),
        ("let inherit (lib) mkIf; in mk$0If", "mkIf condition definitions"),
        ("builtins.read$0Dir", "readDir path"),
        ("m$0ap", "map function list"),
        ("lib.attr$0Names", "attrNames set"),
        ("lib.hm.dag.entry$0After", "hm.dag.entryAfter names value"),
    ],
)
def test_functions_are_described(tmp_path: Path, code: str, call: str) -> None:
    def ask(tree: Tree) -> str:
        found = hover(tree.view, tree.path, tree.offset)
        return "" if found is None else found.plain

    found = in_tree(tmp_path, f"{HOME}{{ lib, ... }}: {{ x = {code}; }}\n", ask)
    assert found.startswith(f"```nix\n{call}\n```\n")


def signed(folder: Path, tree: str) -> Signature | None:
    return in_tree(folder, tree, lambda tree: signature(tree.view, tree.path, tree.offset))


@pytest.mark.parametrize(
    ("code", "label", "active"),
    [
        ("lib.mkIf $0", "mkIf condition definitions", "condition"),
        ("lib.mkIf true $0", "mkIf condition definitions", "definitions"),
        ("lib.mkIf (lib.elem 1 [ $0 ]) { }", "elem value list", "list"),
        ("lib.mkIf (unheard [ $0 ]) { }", "mkIf condition definitions", "condition"),
        ("lib.pipe [ ] [ (lib.filter $0) ]", "filter predicate list", "predicate"),
        ("lib.strings.stringLength $0", "stringLength text", "text"),
        ("let h = import ./h.nix; in h 1 $0", "h first second", "second"),
        ("builtins.map (x: x) $0", "map function list", "list"),
        ("let f = a: { b, c ? 1 }: a; in f 1 $0", "f a { b, c ? 1 }", "{ b, c ? 1 }"),
        ("let f = a: { b, c ? 1 }: a; in f 1 { c = $0; }", "f a { b, c ? 1 }", "c"),
        ("let f = a: { b, c ? 1 }: a; in f 1 { $0 }", "f a { b, c ? 1 }", "{ b, c ? 1 }"),
        ("let f = a: b: c: a; g = f 1; in g 2 $0", "f a b c", "c"),
        ("let g = lib.mkIf true; in g $0", "mkIf condition definitions", "definitions"),
        ("[ ] |> lib.foldl (a: b: a) $0", "foldl operator start list", "start"),
        ("with lib; [ (mkIf (true) $0", "mkIf condition definitions", "definitions"),
    ],
)
def test_signatures(tmp_path: Path, code: str, label: str, active: str) -> None:
    more = "#- homes/alice/h.nix\nfirst: second: first\n"
    found = signed(tmp_path, f"{HOME}{{ lib, ... }}: {{ x = {code}; }}\n{more}")
    assert found is not None
    assert found.label == label
    start, end = found.parameters[found.active]
    assert found.label[start:end] == active


def test_signature_of_a_function_of_the_repository(tmp_path: Path) -> None:
    tree = """
        #- flake.nix
        {
          inputs.home-manager.url = "github:nix-community/home-manager";
          outputs = { self, home-manager }: {
            lib = {
              # Doubles it.
              twice = number: number * 2;
            };
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              pkgs = { };
              extraSpecialArgs = { inherit self; };
              modules = [ ./homes/alice ];
            };
          };
        }
        #- homes/alice/default.nix
        { self, ... }: { x = self.lib.twice $0; }
    """
    found = signed(tmp_path, tree)
    assert found is not None
    assert (found.label, found.documentation) == ("twice number", "Doubles it.")


def test_signature_of_a_file(tmp_path: Path) -> None:
    tree = HOME + "{ x = import ./f.nix { b = $0 }; }\n#- homes/alice/f.nix\n{ a, b ? 1 }: a\n"
    found = signed(tmp_path, tree)
    assert found is not None
    start, end = found.parameters[found.active]
    assert (found.label, found.label[start:end]) == ("import ./f.nix { a, b ? 1 }", "b")


def test_no_signature_past_the_arguments_or_outside_of_calls(tmp_path: Path) -> None:
    assert signed(tmp_path, HOME + "{ lib, ... }: { x = lib.id 1 $0; }\n") is None
    assert signed(tmp_path, HOME + "{ lib, ... }: { x = $0; }\n") is None
    assert signed(tmp_path, HOME + "{ lib, ... }: { x = lib.mkIf true { a = $0; }; }\n") is None


def test_every_builtin_has_a_text() -> None:
    names = {name.removeprefix("__") for name in top_level_names()} - {"builtins"}
    assert names <= functions("builtins").keys()


def test_the_texts_are_of_functions_that_exist() -> None:
    def missing() -> list[str]:
        interp = Interp(DiskReader(), lib=make_library)
        lib = home_manager_lib(interp, interp.lib)
        return [name for name in functions("lib") if not _exists(lib, name.split("."))]

    # nixosSystem is in the lib of nixpkgs' flake only.
    assert run(missing) == ["nixosSystem"]


def _exists(lib: object, path: list[str]) -> bool:
    value = lib
    for name in path:
        try:
            value = force(expect_attrs(value)[name])
        except (KeyError, NixError):
            return False
    return True
