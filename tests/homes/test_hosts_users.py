"""What a host says of its users, and Home Manager of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trees import Tree, in_tree

TREE = """
    #- flake.nix
    {
      inputs.nixpkgs.url = "github:NixOS/nixpkgs";
      inputs.home-manager.url = "github:nix-community/home-manager";
      outputs = { nixpkgs, home-manager, self }: {
        nixosConfigurations.desk = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ home-manager.nixosModules.home-manager ({ config, ... }: {
            users.users.alice.isNormalUser = true;
            home-manager.useUserPackages = PACKAGES;
            home-manager.users = builtins.mapAttrs (_: _: ./homes/alice) config.users.users;
          }) ];
        };
      };
    }
    #- homes/alice/default.nix
    { $0home.sessionVariables.A = "🎉"; }
"""


@pytest.mark.parametrize(
    ("packages", "targets", "errors"),
    [("false", ["alice@desk"], []), ("true", [], ["infinite recursion encountered"])],
)
def test_homes_of_the_names_that_they_add_to(
    tmp_path: Path, packages: str, targets: list[str], errors: list[str]
) -> None:
    """With `useUserPackages` each home adds to `users.users`, as real Nix says of this flake."""

    def ask(tree: Tree) -> tuple[list[str], list[str]]:
        found = tree.repository.targets
        return [each.name for each in found.items], [each.message for each in found.errors]

    found = in_tree(tmp_path, TREE.replace("PACKAGES", packages), ask)
    assert found == (targets, errors)
