"""Repositories of any size, made up: a flake with users, hosts, shared modules with options.

The same arguments give the same files. What is in them is what homes hold: mostly literals,
some `mkIf`, `mkDefault` and reads of `config`, packages by name, texts of several lines.
"""

from __future__ import annotations

from pathlib import Path

_FLAKE = """{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { self, nixpkgs, home-manager, ... }@inputs:
    let
      lib = nixpkgs.lib;
      layers = builtins.attrNames (builtins.readDir ./homes);
      users = builtins.filter (name: !lib.hasInfix "@" name) layers;
      present = builtins.filter builtins.pathExists;
      home = user: home-manager.lib.homeManagerConfiguration {
        pkgs = nixpkgs.legacyPackages.x86_64-linux;
        extraSpecialArgs = { inherit inputs self; };
        modules = [ ./modules/home
          { home = { username = user; homeDirectory = lib.mkDefault "/home/${user}";
                     stateVersion = lib.mkDefault "24.11"; }; }
        ] ++ present [ (./homes + "/${user}") (./homes + "/${user}@global") ];
      };
      usersOf = host:
        map (lib.removeSuffix "@${host}") (builtins.filter (lib.hasSuffix "@${host}") layers);
      system = host: nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs self; };
        modules = [
          home-manager.nixosModules.home-manager
          (./systems + "/${host}")
          { home-manager.sharedModules = [ ./modules/home ];
            home-manager.users = lib.genAttrs (usersOf host) (user: {
              imports = present [ (./homes + "/${user}") (./homes + "/${user}@${host}") ];
            }); }
        ];
      };
    in {
      homeConfigurations = lib.genAttrs users home;
      nixosConfigurations = lib.genAttrs (builtins.attrNames (builtins.readDir ./systems)) system;
    };
}
"""
_DISCOVER = """{ lib, ... }:
let
  entries = builtins.readDir ./.;
  folders = lib.filterAttrs (_: kind: kind == "directory") entries;
in
{ imports = map (name: ./. + "/${name}") (builtins.attrNames folders); }
"""
FILES_OF_A_PERSON = 200


def repository(folder: Path, files: int = FILES_OF_A_PERSON) -> Path:
    """A flake of about so many .nix files: 3 users, 4 hosts, the rest shared modules."""
    _write(folder / "flake.nix", _FLAKE)
    users = ("alice", "bob", "carol")
    hosts = ("desk", "lap", "nas", "pi")
    for number, host in enumerate(hosts):
        _write(folder / f"systems/{host}/default.nix", _system(host, users, number))
    for number, user in enumerate(users):
        _write(folder / f"homes/{user}/default.nix", _layer(user, number, files))
        _write(folder / f"homes/{user}@global/default.nix", _host_layer(number))
        for position, host in enumerate(hosts):
            _write(folder / f"homes/{user}@{host}/default.nix", _host_layer(number + position))
    _write(folder / "modules/home/default.nix", _DISCOVER)
    for number in range(max(0, files - 21)):
        _write(folder / f"modules/home/m{number}/default.nix", module(number))
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _system(host: str, users: tuple[str, ...], number: int) -> str:
    accounts = "\n".join(
        f'  users.users.{user} = {{ isNormalUser = true; extraGroups = [ "wheel" ]; }};'
        for user in users
    )
    return f"""{{ config, lib, pkgs, ... }}:
{{
  networking.hostName = "{host}";
  time.timeZone = "Europe/{"Berlin" if number % 2 else "Paris"}";
  system.stateVersion = "24.11";
{accounts}
}}
"""


def _layer(user: str, number: int, files: int) -> str:
    enabled = "\n".join(
        f"  my.m{index}.enable = true;" for index in range(number, max(0, files - 21), 3)
    )
    return f"""{{ config, lib, pkgs, ... }}:
{{
  home.packages = with pkgs; [ ripgrep fd jq ];
  home.sessionVariables = {{ EDITOR = "vim"; WHO = "{user}"; }};
  programs.git.enable = lib.mkDefault true;
  programs.git.userName = "{user.title()}";
  home.file.".who".text = "${{config.home.username}} {number}";
{enabled}
}}
"""


def _host_layer(number: int) -> str:
    return f"""{{ config, lib, pkgs, osConfig ? null, ... }}:
{{
  my.m{number}.level = lib.mkForce {number + 10};
  my.m{number + 1}.names = [ "more" ] ++ lib.optional config.my.m{number}.enable "enabled";
  programs.git.enable = false;
  home.sessionVariables.LEVEL = toString config.my.m{number}.level;
}}
"""


def module(number: int) -> str:
    """A shared module with options of its own, as people write them."""
    return f"""{{ config, lib, pkgs, ... }}:
with lib;
let
  cfg = config.my.m{number};
  greeting = "module {number} of ${{config.home.username}}";
in
{{
  options.my.m{number} = {{
    enable = mkEnableOption "module {number}";
    level = mkOption {{ type = types.int; default = {number}; description = "How much."; }};
    names = mkOption {{ type = types.listOf types.str; default = [ ]; }};
    settings = mkOption {{ type = types.attrsOf types.anything; default = {{ }}; }};
  }};
  config = mkIf cfg.enable {{
    my.m{number}.names = mkBefore [ "first{number}" ];
    my.m{number}.settings = {{
      general = {{ greeting = greeting; level = cfg.level * 2; on = true; }};
      colours = {{ red = "#ff0000"; green = "#00ff00"; blue = "#0000ff"; }};
      list = map (n: n + cfg.level) [ 1 2 3 ];
    }};
    home.packages = [ pkgs.package{number} ] ++ optional (cfg.level > 50) pkgs.extra{number};
    xdg.configFile."m{number}/config".text = ''
      # written by hmls' benchmark
      greeting = ${{greeting}}
      ${{concatStringsSep "\\n" (map (n: "name = ${{n}}") cfg.names)}}
    '';
    programs.zsh.shellAliases.m{number} = "echo {number}";
    home.sessionVariables.M{number} = toString cfg.level;
  }};
}}
"""
