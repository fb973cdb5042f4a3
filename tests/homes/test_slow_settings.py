"""A list of all settings that takes more than one turn goes on; one leaf holds up no other."""

from __future__ import annotations

from pathlib import Path

from hmls.homes.setting import Setting
from hmls.homes.settings import settings
from hmls.lang.budget import limited
from hmls.lang.errors import GaveUp
from tests.trees import Tree, in_tree

NAMES = [f"n{number:02}" for number in range(30)]
SUM = "builtins.foldl' builtins.add 0 (lib.range 1 20000)"
ENDLESS = (
    "lib.foldl' (sum: n: builtins.foldl' builtins.add sum (lib.range 1 n)) 0 (lib.range 1 99999)"
)
MODULES = """\
#- modules/home/default.nix
{
  options.my = lib.genAttrs (map (n: "n${lib.fixedWidthNumber 2 n}") (lib.range 0 29))
    (_: lib.mkOption { type = lib.types.int; });
}
#- homes/alice/default.nix
"""
STEPS = 400_000


def in_turns(folder: Path, definitions: dict[str, str]) -> tuple[int, dict[str, Setting]]:
    """How many turns it took to list what `my` is set to, and that."""
    text = " ".join(f"my.{name} = {value};" for name, value in definitions.items())

    def ask(tree: Tree) -> tuple[int, dict[str, Setting]]:
        for turn in range(1, 30):
            try:
                with limited(STEPS):
                    found = settings(tree.repository, tree.target("alice"))
            except GaveUp:
                continue
            return turn, {each.path[-1]: each for each in found if each.path[0] == "my"}
        raise AssertionError("it did not come to an end")

    return in_tree(folder, f"{MODULES}{{ {text} }}\n", ask)


def test_a_list_goes_on_where_it_was_given_up(tmp_path: Path) -> None:
    turns, found = in_turns(tmp_path, dict.fromkeys(NAMES, SUM))
    assert turns > 1
    assert {name: each.value for name, each in found.items()} == dict.fromkeys(NAMES, 200_010_000)


def test_what_takes_too_long_says_so_and_the_others_are_listed(tmp_path: Path) -> None:
    _, found = in_turns(tmp_path, {"n00": "1", "n01": ENDLESS, "n02": "3"})
    assert (found["n00"].value, found["n02"].value) == (1, 3)
    assert not found["n01"].known
    assert found["n01"].kind == "gave-up"
