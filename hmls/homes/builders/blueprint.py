"""`blueprint`: a flake whose hosts and homes are found by their folders.

Written anew after what blueprint documents: `hosts/<host>/{configuration,darwin-configuration,
default}.nix`, `hosts/<host>/users/<user>.nix` or `…/<user>/home-configuration.nix`, and
`modules/<kind>`. Packages, shells and checks are not known here, nor is `perSystem`.
"""

from __future__ import annotations

from hmls.lang.force import call, delayed, expect_attrs, force
from hmls.lang.interp import Interp
from hmls.lang.unit import Unit
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Primop, Unknown, Value

_OTHER = Cause("not-evaluated", "this output of a blueprint flake is not known here")
_PER_SYSTEM = Cause("not-evaluated", "packages of a blueprint flake are not known here")
_MAKE = b"""\
{
  inputs,
  prefix ? null,
  nixpkgs ? { },
  systems ? inputs.systems or brought.systems,
}:
let
  all = brought // inputs;
  flake = all.self;
  inherit (all.nixpkgs) lib;
  src =
    if prefix == null then
      flake
    else if builtins.isPath prefix then
      prefix
    else
      "${flake}/${prefix}";
  list = if builtins.isList systems then systems else import systems;

  specialArgs = {
    inputs = all;
    inherit flake;
    self = throw "self was renamed to flake";
  };
  plain = (nixpkgs.config or { }) == { } && (nixpkgs.overlays or [ ]) == [ ];
  packagesOf =
    system:
    if plain then
      all.nixpkgs.legacyPackages.${system}
    else
      import all.nixpkgs {
        inherit system;
        config = nixpkgs.config or { };
        overlays = nixpkgs.overlays or [ ];
      };

  # Name -> path and kind of the folders and Nix files in a folder; files come first.
  entriesOf =
    folder:
    let
      kinds = builtins.readDir folder;
      entry = name: kind: {
        path = folder + "/${name}";
        inherit kind;
      };
      folders = lib.mapAttrs entry (lib.filterAttrs (_: kind: kind == "directory") kinds);
      files = lib.filterAttrs (name: kind: kind != "directory" && lib.hasSuffix ".nix" name) kinds;
      named = lib.mapAttrs' (name: kind: {
        name = lib.removeSuffix ".nix" name;
        value = entry name kind;
      }) files;
    in
    if builtins.pathExists folder then folders // named else { };

  hostEntries = entriesOf (src + "/hosts");
  homeOf =
    entry:
    if entry.kind == "regular" then
      entry.path
    else if builtins.pathExists (entry.path + "/home-configuration.nix") then
      entry.path + "/home-configuration.nix"
    else
      null;
  homesOn =
    entry:
    lib.filterAttrs (_: path: path != null) (
      lib.mapAttrs (_: homeOf) (entriesOf (entry.path + "/users"))
    );
  homes = lib.filterAttrs (_: users: users != { }) (
    lib.mapAttrs (_: homesOn) (lib.filterAttrs (_: entry: entry.kind == "directory") hostEntries)
  );

  withPackages._module.args.perSystem = perSystem;
  settings =
    if plain then
      { }
    else
      (
        { config, ... }:
        {
          nixpkgs.pkgs = lib.mkDefault (packagesOf config.nixpkgs.hostPlatform.system);
        }
      );
  usersOf =
    host: module:
    lib.optional (homes ? ${host}) {
      imports = [ module ];
      home-manager = {
        sharedModules = [ withPackages ];
        extraSpecialArgs = specialArgs;
        users = homes.${host};
        useGlobalPkgs = lib.mkDefault true;
        useUserPackages = lib.mkDefault true;
      };
    };
  system =
    class: builder: hmModules: hostName: path: {
      inherit class;
      value = builder {
        modules = [
          settings
          withPackages
          path
        ]
        ++ usersOf hostName hmModules.default;
        specialArgs = specialArgs // {
          inherit hostName;
        };
      };
    };
  hostOf =
    hostName:
    { path, ... }:
    let
      has = name: builtins.pathExists (path + "/${name}");
      nixos = builder: system "nixos" builder all.home-manager.nixosModules hostName;
      darwin =
        system "nix-darwin" all.nix-darwin.lib.darwinSystem all.home-manager.darwinModules
          hostName;
    in
    if has "default.nix" then
      import (path + "/default.nix") {
        inherit flake hostName;
        inputs = all;
      }
    else if has "configuration.nix" then
      nixos all.nixpkgs.lib.nixosSystem (path + "/configuration.nix")
    else if has "rpi-configuration.nix" then
      nixos all.nixos-raspberrypi.lib.nixosSystem (path + "/rpi-configuration.nix")
    else if has "darwin-configuration.nix" then
      darwin (path + "/darwin-configuration.nix")
    else if has "system-configuration.nix" then
      {
        class = "system-manager";
        value = null;
      }
    else if homes ? ${hostName} then
      null
    else
      throw "host '${hostName}' does not have a configuration";
  hosts = lib.filterAttrs (_: host: host != null) (lib.mapAttrs hostOf hostEntries);
  ofClass =
    class:
    lib.mapAttrs (_: host: host.value) (lib.filterAttrs (_: host: host.class == class) hosts);

  alone =
    system: username: module:
    let
      pkgs = packagesOf system;
    in
    all.home-manager.lib.homeManagerConfiguration {
      inherit pkgs;
      extraSpecialArgs = specialArgs;
      modules = [
        withPackages
        module
        (
          { config, ... }:
          {
            home.username = lib.mkDefault username;
            home.homeDirectory = lib.mkDefault (
              (if pkgs.stdenv.isDarwin then "/Users/" else "/home/") + config.home.username
            );
          }
        )
      ];
    };
  standalone = system: {
    homeConfigurations = lib.concatMapAttrs (
      host: lib.mapAttrs' (user: module: {
        name = "${user}@${host}";
        value = alone system user module;
      })
    ) homes;
  };

  publisher = {
    inherit flake;
    inputs = all;
  };
  published =
    path:
    let
      module = import path;
      wanted = builtins.attrNames (builtins.functionArgs module);
    in
    if builtins.isFunction module && lib.all (name: publisher ? ${name}) wanted then
      lib.setDefaultModuleLocation path (module publisher)
    else
      path;
  modulesIn = kind: lib.mapAttrs (_: entry: published entry.path) (entriesOf kind.path);
  modules = lib.mapAttrs (_: modulesIn) (
    lib.filterAttrs (_: entry: entry.kind == "directory") (entriesOf (src + "/modules"))
  );
in
{
  nixosConfigurations = ofClass "nixos";
  darwinConfigurations = ofClass "nix-darwin";
  nixOnDroidConfigurations = ofClass "nix-on-droid";
  legacyPackages = lib.optionalAttrs (homes != { }) (lib.genAttrs list standalone);
  inherit modules;
  homeModules = modules.home or { };
  nixosModules = modules.nixos or { };
  darwinModules = modules.darwin or { };
  lib = if builtins.pathExists (src + "/lib") then import (src + "/lib") specialArgs else { };
}
"""


def blueprint(interp: Interp, brought: Attrs) -> dict[str, Lazy]:
    """What the flake `blueprint` offers. `brought` are the inputs of its own."""
    unit = Unit("«blueprint»/default.nix", _MAKE)
    variables = {
        "brought": brought,
        "perSystem": Unknown("perSystem", _PER_SYSTEM, None, "set"),
    }
    function = delayed(lambda: interp.evaluate(unit, variables))

    def make(given: Lazy) -> Value:
        made = expect_attrs(call(force(function), given))
        return OpenAttrs(made, Unknown("outputs", _OTHER))

    return {"__functor": Primop("blueprint", 2, lambda _self, given: make(given))}
