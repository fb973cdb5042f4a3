"""Layouts first met in public repositories: what is a home, a layer, a user in them."""

from __future__ import annotations

from pathlib import Path

from hmls.homes.catalogued import Catalogued
from hmls.homes.membership import home_files, space_of, targets_of
from hmls.homes.people import users
from hmls.homes.settings import settings
from hmls.ide.definition import definition
from hmls.ide.hover import hover
from tests.trees import Tree, in_tree


def test_a_module_that_is_imported_by_hand_is_a_file_of_the_home(tmp_path: Path) -> None:
    """As in `homeManagerModules = { fonts = import ./fonts.nix; }`."""
    text = """
        #- homes/alice/default.nix
        { imports = builtins.attrValues (import ../../shared); fonts.enable = true; }
        #- shared/default.nix
        {
          fonts = import ./fonts.nix; plain = import ./plain.nix; part = { my.part = 1; };
          called = import ./called.nix { name = "zoë"; } 1;
          made = import ./made.nix "zoë";
        }
        #- shared/fonts.nix
        # Fonts.
        { lib, config, ... }:
        { config = lib.mkIf config.fonts.enable { fonts.fontconfig.en$0able = true; }; }
        #- shared/plain.nix
        /* Nothing. */ { my.plain = 1; }
        #- shared/called.nix
        { name, ... }@given: # As the helpers of a flake call it.
        number: { lib, ... }: { my.called = name; my.number = number; }
        #- shared/made.nix
        name: { my.made = name; }
    """

    def ask(tree: Tree) -> tuple[list[str], set[str]]:
        found = definition(tree.view, tree.path, tree.offset)
        assert found is not None
        files = home_files(tree.repository, tree.target("alice"))
        shared = {tree.relative(file) for file in files if "shared" in file}
        return [tree.relative(place.path) for place in found.places], shared

    assert in_tree(tmp_path, text, ask) == (
        ["shared/fonts.nix"],
        {f"shared/{name}.nix" for name in ("fonts", "plain", "called", "made")},
    )


def test_layers_of_other_machines_are_read_and_are_no_part_of_a_home(tmp_path: Path) -> None:
    text = """
        #- flake.nix
        { inputs.home-manager.url = "github:nix-community/home-manager";
          inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          outputs = { self, nixpkgs, home-manager, ... }: {
            nixosConfigurations = nixpkgs.lib.genAttrs [ "desk" "pi" ] (host:
              nixpkgs.lib.nixosSystem {
                system = "x86_64-linux";
                modules = [
                  home-manager.nixosModules.home-manager
                  { networking.hostName = host;
                    users.users.alice.isNormalUser = true;
                    home-manager.extraSpecialArgs = { inherit self; };
                    home-manager.users.alice.imports =
                      [ ./homes/alice (./homes + "/alice@${host}") ];
                    home-manager.users.alice.home.stateVersion = "24.11"; }
                ];
              });
          }; }
        #- homes/alice/default.nix
        { self, ... }: {
          home.sessionPath = map
            (host: self.nixosConfigurations.${host}.config.home-manager.users.alice.news.display)
            [ "desk" "pi" ];
        }
        #- homes/alice@desk/default.nix
        { news.display = "silent"; }
        #- homes/alice@pi/default.nix
        { news.display = "notify"; }
    """

    def ask(tree: Tree) -> dict[str, list[str]]:
        repository = tree.repository
        for target in repository.targets.items:
            settings(repository, target)
        return {t.name: [layer.name for layer in t.layers] for t in repository.targets.items}

    assert in_tree(tmp_path, text, ask, Catalogued()) == {
        "alice@desk": ["alice", "alice@desk"],
        "alice@pi": ["alice", "alice@pi"],
    }


def test_folders_below_home_are_layers_only_of_known_users_or_hosts(tmp_path: Path) -> None:
    text = """
        #- home/modules/editor.nix
        { }
        #- home/alice/global/default.nix
        { }
        #- home/alice/desk.nix
        { }
        #- home/bob/pi.nix
        { }
        #- hosts/pi/default.nix
        { }
    """
    found = in_tree(tmp_path, text, lambda tree: tree.repository.layout.layers)
    assert [layer.name for layer in found] == ["alice@desk", "alice", "bob@pi"]


def test_a_file_that_layers_import_is_no_layer(tmp_path: Path) -> None:
    text = """
        #- flake.nix
        { outputs = _: { homeConfigurations."zoë@away" = import ./home/zoë/away.nix; }; }
        #- home/zoë/global/default.nix
        { }
        #- home/zoë/generic.nix
        { }
        #- home/zoë/desk.nix
        { imports = [ ./generic.nix ]; }
        #- home/zoë/away.nix
        { imports = [ ./generic.nix ]; }
        #- hosts/desk/default.nix
        { }
    """
    found = in_tree(tmp_path, text, lambda tree: tree.repository.layout.layers)
    assert [layer.name for layer in found] == ["zoë@away", "zoë@desk", "zoë"]


def test_a_folder_among_the_users_of_a_blueprint_host_is_no_user(tmp_path: Path) -> None:
    text = """
        #- hosts/desk/users/alice.nix
        { imports = [ ./shared ]; }
        #- hosts/desk/users/bob/home-configuration.nix
        { }
        #- hosts/desk/users/shared/default.nix
        { }
    """
    found = in_tree(tmp_path, text, lambda tree: tree.repository.layout.layers)
    assert [layer.name for layer in found] == ["alice@desk", "bob@desk"]


def test_a_folder_of_shared_modules_among_the_homes_is_part_of_the_homes(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { imports = [ ../profiles/git ]; }
        #- homes/profiles/git/default.nix
        { programs.git.settings.merge.to$0ol = "vim"; }
    """

    def ask(tree: Tree) -> tuple[list[str], bool]:
        found = [target.name for target in targets_of(tree.repository, tree.path)]
        return found, hover(tree.view, tree.path, tree.offset) is not None

    text = (
        text
        + """
        #- flake.nix
        { inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          inputs.home-manager.url = "github:nix-community/home-manager";
          outputs = { nixpkgs, home-manager, ... }: {
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              pkgs = nixpkgs.legacyPackages.x86_64-linux;
              modules = [ ./homes/alice ];
            };
          }; }
    """
    )
    assert in_tree(tmp_path, text, ask) == (["alice"], True)


def test_a_home_in_the_folder_of_its_host_is_a_home(tmp_path: Path) -> None:
    text = """
        #- homes/alice@desk/default.nix
        { imports = [ ../../systems/desk/homes/alice.nix ]; }
        #- systems/desk/homes/alice.nix
        { programs.git.en$0able = true; }
    """

    def ask(tree: Tree) -> tuple[str | None, str | None, bool]:
        system = tree.path.replace("homes/alice.nix", "default.nix")
        found = [space_of(tree.repository, path) for path in (tree.path, system)]
        return *found, hover(tree.view, tree.path, tree.offset) is not None

    assert in_tree(tmp_path, text, ask) == ("home", "system", True)


def test_systems_that_a_flake_tells_apart_by_what_their_builders_give(tmp_path: Path) -> None:
    text = """
        #- flake.nix
        { inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          inputs.nix-darwin.url = "github:nix-darwin/nix-darwin";
          outputs = { nixpkgs, nix-darwin, ... }:
            let
              systems = {
                desk = nixpkgs.lib.nixosSystem { modules = [ ]; };
                mac = nix-darwin.lib.darwinSystem { modules = [ ]; };
              };
              only = is: nixpkgs.lib.filterAttrs (_: is) systems;
            in {
              nixosConfigurations = only (system: !(system ? system));
              darwinConfigurations = only (system: system ? system);
            }; }
    """

    def ask(tree: Tree) -> list[str]:
        flake = tree.repository.flake
        outputs = ("nixosConfigurations", "darwinConfigurations")
        return [item.path for kind in outputs for item in flake.configurations(kind).items]

    assert in_tree(tmp_path, text, ask) == ["nixosConfigurations.desk", "darwinConfigurations.mac"]


def test_shared_modules_that_others_are_made_of_are_no_user(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { a = 1$0; }
        #- homes/bob/default.nix
        { }
        #- homes/modules/default.nix
        { }
        #- flake.nix
        { inputs.home-manager.url = "github:nix-community/home-manager";
          outputs = { home-manager, ... }: {
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              modules = [ ./homes/alice ./homes/modules ];
            };
          }; }
    """
    assert in_tree(tmp_path, text, lambda tree: list(users(tree.repository))) == ["alice", "bob"]
