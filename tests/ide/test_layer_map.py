"""The health of targets: what was found on each, wherever it stands."""

from __future__ import annotations

from typing import Any

from hmls.ide.diagnostics import diagnose_all
from hmls.ide.layer_map import Problem, layer_map
from tests.ide.tree import ask
from tests.trees import Tree


def errors(text: str) -> tuple[dict[str, int], dict[str, int]]:
    """Target → its errors, and layer → its errors."""

    def question(tree: Tree) -> dict[str, Any]:
        problems: dict[str, list[Problem]] = {}
        for each in diagnose_all(tree.view, tree.repository):
            problem = Problem(each.level == "error", each.targets)
            problems.setdefault(each.path, []).append(problem)
        return layer_map(tree.repository, problems, lambda target: None)

    told = ask(text, question)
    targets, layers = (
        {each["name"]: each["health"]["errors"] for each in told[kind]}
        for kind in ("targets", "layers")
    )
    return targets, layers


def test_a_problem_in_a_shared_module_is_of_the_targets_that_it_was_found_on() -> None:
    targets, layers = errors("""
        #- modules/home/default.nix
        { lib, colour, ... }: {
          options.own.port = lib.mkOption { type = lib.types.port; };
          config.own.port = if colour == "blue" then "🎉" else 1;
        }
        #- homes/alice/default.nix
        { }$0
    """)
    assert targets == {"alice": 0, "alice@workstation": 1}
    assert not any(layers.values())


def test_a_problem_in_a_base_layer_is_of_those_targets_that_have_it() -> None:
    targets, layers = errors("""
        #- homes/alice/default.nix
        { lib, ... }: {
          options.own.port = lib.mkOption { type = lib.types.port; };
          config.own.port = 1;
        }$0
        #- homes/alice@global/default.nix
        { own.port = 2; }
    """)
    assert targets == {"alice": 2, "alice@workstation": 0}
    assert layers == {"alice": 1, "alice@global": 1, "alice@workstation": 0}


def test_what_a_text_says_by_itself_is_of_all_targets_of_its_layer() -> None:
    targets, layers = errors("""
        #- homes/alice/default.nix
        { a = ; }$0
    """)
    assert targets == {"alice": 1, "alice@workstation": 1}
    assert layers["alice"] == 1
