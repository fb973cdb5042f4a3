"""A lab with a module system: homes made of layers, with the stand-ins of nixpkgs and Home Manager.

What is wrong is said by real Nix, by a real `evalModules`, in files that the module system names.
"""

from __future__ import annotations

from pathlib import Path

from tests.nix.desk import make_lab, other_user
from tests.nix.lab import SYSTEM, Lab
from tests.standins.homelab import HERE

USER = other_user()[1]
HOME = f"homes/{USER}/default.nix"
GLOBAL = f"homes/{USER}@global/default.nix"
FLAKE = """
{
  inputs = {
    nixpkgs.url = "path:@standins@/nixpkgs";
    # Nix 2.26 takes its own `path:./lib` for the folder that it is relative to.
    nixpkgs.inputs.library = { url = "path:@standins@/nixpkgs/lib"; flake = false; };
    home-manager.url = "path:@standins@/home-manager";
    home-manager.inputs.nixpkgs.follows = "nixpkgs";
    activation = { url = "path:@folder@/activation"; flake = false; };
  };

  outputs = { nixpkgs, home-manager, activation, ... }: {
    homeConfigurations."@user@" = home-manager.lib.homeManagerConfiguration {
      pkgs = nixpkgs.legacyPackages.@system@;
      extraSpecialArgs.packages = nixpkgs.legacyPackages.@system@;
      modules = [ ./homes/@user@ (./homes + "/@user@@global") "${activation}/module.nix" ];
    };
  };
}
"""
ACTIVATION = """
# Gives a home what the stand-in of Home Manager lacks: an activation, and packages with a licence.
{ config, lib, packages, ... }:
let
  facts = builtins.fromJSON (builtins.readFile ./facts.json);
  cfg = config.home;
  read = {
    packages = map (package: package.name) cfg.packages;
    variables = cfg.sessionVariables;
  };
  made = import ./home.nix {
    inherit (facts) home system;
    user = cfg.username;
    files = lib.mapAttrs' (_: file: lib.nameValuePair file.target file.text) cfg.file
      // { ".read" = builtins.toJSON read; };
    forced = map (file: file.target)
      (builtins.filter (file: file.force) (builtins.attrValues cfg.file));
  };
  steam = { name = "steam-1.0"; pname = "steam"; };
  isAllowed = config.nixpkgs.config.allowUnfreePredicate or (_: false);
  refusal = "Refusing to evaluate package 'steam-1.0' in ${toString packages.path}/steam.nix:24 "
    + "because it has an unfree license (‘unfreeRedistributable’)";
in
{
  options.nixpkgs.config = lib.mkOption {
    type = lib.types.attrsOf lib.types.raw;
    default = { };
  };
  config = {
    _module.args.pkgs = lib.mkForce (packages // {
      steam = if isAllowed steam then packages.git // { inherit (steam) name; } else throw refusal;
    });
    home = {
      username = "@user@";
      homeDirectory = facts.home;
      stateVersion = "26.05";
      activationPackage = lib.mkForce made.activationPackage;
    };
  };
}
"""


def modular_lab(folder: Path, environ: dict[str, str], home: str, more: str = "{ }\n") -> Lab:
    """A lab whose one home is made of `homes/USER` and `homes/USER@global`, imported as folders."""
    lab = make_lab(folder, environ, home)
    support = lab.folder / "activation"
    support.mkdir()
    for name in ("home.nix", "activate.sh", "facts.json"):
        (lab.root / name).rename(support / name)
    (support / "module.nix").write_text(ACTIVATION.replace("@user@", USER))
    words = {"standins": HERE, "folder": lab.folder, "user": USER, "system": SYSTEM}
    flake = FLAKE
    for word, value in words.items():
        flake = flake.replace(f"@{word}@", str(value))
    lab.write("flake.nix", flake)
    lab.write(GLOBAL, more)
    lab.git("add", "--all", ".")
    return lab
