"""Names are completed where they are names, and options where they are not."""

from __future__ import annotations

import pytest

from hmls.ide.completion import complete
from tests.ide.tree import ask


def labels(text: str) -> set[str]:
    return ask(
        text, lambda tree: {item.label for item in complete(tree.view, tree.path, tree.offset)}
    )


def test_a_set_with_one_option_called_as_a_host_is_no_set_of_hosts() -> None:
    found = labels("""
        #- homes/alice/default.nix
        { my.workstation.enable = true; my.shell.enable = true; my.$0 }
        #- modules/home/default.nix
        { options.my.shell.enable = lib.mkOption { }; options.my.editor = lib.mkOption { }; }
    """)
    assert {"shell", "editor"} <= found


def test_a_darwin_host_is_offered_where_it_is_deployed() -> None:
    flake = """
        #- homes/alice/default.nix
        { }
        #- flake.nix
        {
          inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          inputs.nix-darwin.url = "github:nix-darwin/nix-darwin";
          outputs = { nixpkgs, nix-darwin, self, ... }: {
            nixosConfigurations.tower = nixpkgs.lib.nixosSystem { modules = [ ]; };
            darwinConfigurations.mac = nix-darwin.lib.darwinSystem { modules = [ ]; };
            x = "COMMAND$0";
          };
        }
    """
    assert labels(flake.replace("COMMAND", "darwin-rebuild switch --flake .#")) == {"mac"}
    assert labels(flake.replace("COMMAND", "nixos-rebuild switch --flake .#")) == {"tower"}
    assert labels(flake.replace("COMMAND", "ssh .#")) == {"mac", "tower"}


def test_a_host_names_each_of_its_users_once() -> None:
    text = """
        #- homes/alice/default.nix
        { networking.hostName = "$0"; }
        #- flake.nix
        {
          inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          inputs.home-manager.url = "github:nix-community/home-manager";
          outputs = { nixpkgs, home-manager, ... }: {
            homeConfigurations."alice@tower" = home-manager.lib.homeManagerConfiguration {
              modules = [ ./homes/alice ];
            };
            nixosConfigurations.tower = nixpkgs.lib.nixosSystem {
              modules = [
                home-manager.nixosModules.home-manager
                { home-manager.users.alice = ./homes/alice; }
              ];
            };
          };
        }
    """
    found = ask(text, lambda tree: complete(tree.view, tree.path, tree.offset))
    assert [(item.label, item.detail) for item in found] == [("tower", "host · alice")]


def test_keys_of_a_set_of_people_outside_of_the_options() -> None:
    found = labels("""
        #- homes/alice/default.nix
        { }
        #- homes/bob/default.nix
        { }
        #- systems/workstation/default.nix
        { ... }: let people = { alice.uid = 1; bob.uid = 2; }; in { "🎉" = people.$0; }
    """)
    assert {"alice", "bob"} <= found
    assert "bob" in labels("""
        #- homes/alice/default.nix
        { }
        #- homes/bob/default.nix
        { }
        #- systems/workstation/default.nix
        { ... }: let people = { alice = { }; $0 }; in { "🎉" = people; }
    """)


UNFINISHED = """
    #- homes/alice/default.nix
    { }
    #- homes/bob/default.nix
    { }
    #- systems/desk/default.nix
    TEXT"""
"""The text ends with the file, with no line break behind it."""


@pytest.mark.parametrize(
    "text",
    [
        "{ home-manager = { users = { a$0",
        "{ home-manager = { users.$0",
        '{ x = [ (f { "🎉" = "}"; home-manager.users.$0',
        "{ # }\n    x = '' ''${ ''' ''; home-manager.users.$0",
        '{ lib, ... }: { users.users = lib.mkIf (a == "b") { a$0',
        '{ home = { username = "$0',
    ],
)
def test_unfinished_text_in_sets_of_sets(text: str) -> None:
    assert labels(UNFINISHED.replace("TEXT", text)) == {"alice", "bob"}


@pytest.mark.parametrize("flake", ["path:.", "path:./dots", "git+file:.", "git+file:///etc/dots"])
def test_urls_of_paths_are_this_flake(flake: str) -> None:
    assert "alice" in labels(UNFINISHED.replace("TEXT", f'{{ x = "{flake}#$0"; }}'))
    assert "alice" in labels(UNFINISHED.replace("TEXT", f'{{ x = "{flake}#a$0'))


def test_a_name_that_is_typed_does_not_count_among_the_keys() -> None:
    text = "{ x = { alice = 1; bob = 2; al$0 = 3; }; }"
    assert labels(UNFINISHED.replace("TEXT", text)) == {"alice", "bob"}
