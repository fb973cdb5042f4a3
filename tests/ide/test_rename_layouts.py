"""Renaming in repositories of other layouts, and where options or variables give the name."""

from __future__ import annotations

from tests.ide.test_rename import renamed

USERS = """
    #- modules/home/default.nix
    { config, lib, ... }: let cfg = config.my.user; in {
      options.my.user.name = lib.mkOption { default = "alice"; };
      options.my.user.motto = lib.mkOption { default = "alice"; };
      config.home.username = lib.mkDefault cfg.name;
    }
    #- homes/alice/default.nix
    { my.user.name = "al$0ice"; my.user.motto = "alice"; git.user.name = "alice"; }
    #- homes/alice@workstation/default.nix
    { my = { user = { name = "alice"; }; "🎉" = "alice"; }; }
    #- systems/workstation/default.nix
    { lib, ... }: let name = "alice"; other = "alice"; in {
      users.users.${name}.uid = 1;
      services.x = other;
      imports = [ (import ./user.nix { login = "alice"; shell = "alice"; }) ];
    }
    #- systems/workstation/user.nix
    { login, shell }: { ... }: { users.users.${login} = { inherit shell; }; }
"""


def test_options_and_variables_that_a_user_is_named_by() -> None:
    found = renamed(USERS, "zoe")
    assert isinstance(found, dict)
    assert found["homes/alice/default.nix"] == (
        '{ my.user.name = "zoe"; my.user.motto = "alice"; git.user.name = "alice"; }'
    )
    assert found["homes/alice@workstation/default.nix"] == (
        '{ my = { user = { name = "zoe"; }; "🎉" = "alice"; }; }'
    )
    module = found["modules/home/default.nix"]
    assert 'my.user.name = lib.mkOption { default = "zoe"; }' in module
    assert 'my.user.motto = lib.mkOption { default = "alice"; }' in module
    system = found["systems/workstation/default.nix"]
    assert 'let name = "zoe"; other = "alice"; in' in system
    assert '{ login = "zoe"; shell = "alice"; }' in system


def test_an_option_that_a_host_is_named_by() -> None:
    found = renamed(
        """
        #- systems/workstation/default.nix
        { config, lib, ... }: {
          options.my.machine = lib.mkOption { };
          config = { my.machine = "work$0station"; networking.hostName = config.my.machine; };
        }
        """,
        "tower",
    )
    assert isinstance(found, dict)
    assert found["systems/workstation"] == "systems/tower"
    assert 'my.machine = "tower"' in found["systems/workstation/default.nix"]


MISTERIO = """
    #- flake.nix
    {
      inputs.nixpkgs.url = "github:NixOS/nixpkgs";
      inputs.home-manager.url = "github:nix-community/home-manager";
      outputs = { nixpkgs, home-manager, ... }: {
        nixosConfigurations.desk = nixpkgs.lib.nixosSystem {
          modules = [ home-manager.nixosModules.home-manager ./hosts/desk ];
        };
      };
    }
    #- hosts/desk/default.nix
    { config, ... }: {
      home-manager.users.alice = import ../../home/alice/${config.networking.hostName}.nix;
      keys = ../../home/alice/ssh.pub;
      networking.hostName = "desk";
    }
    #- home/alice/global/default.nix
    { home.username = "al$0ice"; }
    #- home/alice/desk.nix
    { imports = [ ./global ]; }
"""


def test_the_folder_that_holds_the_layers_of_a_user() -> None:
    found = renamed(MISTERIO, "zoe")
    assert isinstance(found, dict)
    assert found["home/alice"] == "home/zoe"
    assert "home-manager.users.zoe = import ../../home/zoe/$" in found["hosts/desk/default.nix"]
    assert "keys = ../../home/zoe/ssh.pub;" in found["hosts/desk/default.nix"]


LISTED = """
    #- flake.nix
    {
      inputs.nixpkgs.url = "github:NixOS/nixpkgs";
      inputs.home-manager.url = "github:nix-community/home-manager";
      outputs = { nixpkgs, home-manager, ... }:
        let
          inherit (nixpkgs) lib;
          folders = at: lib.filterAttrs (_: kind: kind == "directory") (builtins.readDir at);
        in {
          homeConfigurations = lib.mapAttrs (name: _: home-manager.lib.homeManagerConfiguration {
            pkgs = nixpkgs.legacyPackages.x86_64-linux;
            modules = [ (./people + "/${name}/home.nix") ];
          }) (folders ./people);
          nixosConfigurations = lib.mapAttrs (name: _: nixpkgs.lib.nixosSystem {
            modules = [ (./machines + "/${name}/system.nix") ];
          }) (folders ./machines);
          parts = folders ./parts;
        };
    }
    #- people/alice@desk/home.nix
    { imports = [ (../. + "/alice@desk/more.nix") ]; home.username = "alice"; }
    #- people/alice@desk/more.nix
    { }
    #- people/bob@desk/home.nix
    { home.username = "bob"; }
    #- machines/desk/system.nix
    { networking.hostName = "desk"; imports = [ ../../machines/desk/more.nix ]; }
    #- machines/desk/more.nix
    { }
    #- parts/desk/default.nix
    { }
    #- parts/other/default.nix
    { }
"""


def test_folders_that_the_flake_makes_outputs_of() -> None:
    found = renamed(LISTED.replace('username = "alice"', 'username = "al$0ice"'), "zoe")
    assert found == {
        "people/alice@desk": "people/zoe@desk",
        "people/alice@desk/home.nix": '{ imports = [ (../. + "/zoe@desk/more.nix") ]; '
        'home.username = "zoe"; }',
    }
    found = renamed(LISTED.replace('hostName = "desk"', 'hostName = "de$0sk"'), "tower")
    assert isinstance(found, dict)
    assert {name: new for name, new in found.items() if not name.endswith(".nix")} == {
        "people/alice@desk": "people/alice@tower",
        "people/bob@desk": "people/bob@tower",
        "machines/desk": "machines/tower",
    }
    assert "../../machines/tower/more.nix" in found["machines/desk/system.nix"]
    assert '"/alice@tower/more.nix"' in found["people/alice@desk/home.nix"]
