"""The settings that a deployment of a whole machine compares: each home's, and the system's own."""

from __future__ import annotations

from pathlib import Path

from hmls.deploy.repository import settings_of
from tests.trees import Tree, in_tree

TREE = """
    #- homes/alice/default.nix
    { programs.git.enable = true; }
    #- homes/bob/default.nix
    { programs.fish.enable = true; }
    #- homes/alice@box/default.nix
    { home.sessionVariables.A = "1"; }
    #- homes/bob@box/default.nix
    { home.sessionVariables.B = "🎉"; }
    #- systems/box/default.nix
    { networking.firewall.enable = false; time.timeZone = "UTC"; }
"""


def test_of_every_home_and_of_the_system_itself(tmp_path: Path) -> None:
    def look(tree: Tree) -> tuple[dict[str, str] | None, ...]:
        names = ("alice@box", "bob@box", "alice")
        return tuple(settings_of(tree.repository, tree.target(name)) for name in names)

    box, same, home = in_tree(tmp_path, TREE, look)
    assert box is not None
    assert box == same
    assert box["networking.firewall.enable"] == "false"
    assert box["home-manager.users.alice.home.sessionVariables.A"] == '"1"'
    assert box["home-manager.users.bob.home.sessionVariables.B"] == '"🎉"'
    assert box["home-manager.users.bob.programs.fish.enable"] == "true"
    assert home is not None
    assert home["programs.git.enable"] == "true"
    assert "networking.firewall.enable" not in home


def test_what_has_no_end_is_left_out(tmp_path: Path) -> None:
    """All inputs of the flake, which a module hands on, hold themselves."""
    text = TREE.replace(
        'time.timeZone = "UTC";',
        "home-manager.extraSpecialArgs = let all = { inherit all; a = all; }; in all;",
    )
    found = in_tree(
        tmp_path, text, lambda tree: settings_of(tree.repository, tree.target("bob@box"))
    )
    assert found is not None
    assert found["networking.firewall.enable"] == "false"
    assert not any("extraSpecialArgs" in option for option in found)
