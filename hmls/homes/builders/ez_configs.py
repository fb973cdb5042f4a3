"""`ez-configs.flakeModule`: homes and systems of a flake-parts flake, found by their folders.

Written anew after the options and outputs that ez-configs documents; of each entry of a folder the
name counts, `x.nix` or `x/default.nix`.
"""

from __future__ import annotations

from hmls.lang.force import force
from hmls.lang.interp import Interp
from hmls.lang.unit import Unit
from hmls.lang.values import Value

_MODULE = b"""\
{ lib, config, inputs, ... }:
let
  inherit (lib) mkOption optionals types;
  cfg = config.ezConfigs;
  isFile = path: builtins.pathExists path && builtins.readFileType path == "regular";
  isFolder = path: builtins.pathExists path && builtins.readFileType path == "directory";

  # Name -> path of the module.
  modulesIn =
    folder:
    if isFile "${folder}.nix" then
      { default = folder; }
    else if isFolder folder then
      lib.concatMapAttrs (
        entry: kind:
        if kind == "regular" && lib.hasSuffix ".nix" entry then
          { ${lib.removeSuffix ".nix" entry} = "${folder}/${entry}"; }
        else if isFile "${folder}/${entry}/default.nix" then
          { ${entry} = "${folder}/${entry}/default.nix"; }
        else
          { }
      ) (builtins.readDir folder)
    else
      { };

  # Modules of which some arguments are given beforehand.
  given =
    early: modules:
    if early == { } then
      modules
    else
      builtins.mapAttrs (
        _: path:
        let
          module = import path;
          wanted = builtins.functionArgs module;
          known = builtins.intersectAttrs wanted early;
        in
        if lib.isFunction module then
          lib.setFunctionArgs (arguments: module (arguments // known)) (
            removeAttrs wanted (builtins.attrNames known)
          )
        else
          path
      ) modules;

  homeModules = given cfg.home.earlyModuleArgs (modulesIn cfg.home.modulesDirectory);
  nixosModules = given cfg.nixos.earlyModuleArgs (modulesIn cfg.nixos.modulesDirectory);
  darwinModules = given cfg.darwin.earlyModuleArgs (modulesIn cfg.darwin.modulesDirectory);
  userModules = modulesIn cfg.home.configurationsDirectory;

  userDefaults = {
    nameFunction = null;
    importDefault = true;
    passInOsConfig = true;
  };
  settingsOf = user: cfg.home.users.${user} or userDefaults;
  hostDefaults = {
    importDefault = true;
    userHomeModules = [ ];
  };

  modulesOfUser =
    stdenv: importDefault: user:
    [ (userModules.${user} or { }) ]
    ++ optionals importDefault (
      [ (homeModules.default or { }) ]
      ++ optionals stdenv.isDarwin [ (homeModules.darwin or { }) ]
      ++ optionals stdenv.isLinux [ (homeModules.linux or { }) ]
    );

  systems =
    kind: builder: hmModule: modules:
    builtins.mapAttrs (
      name: module:
      let
        host = cfg.${kind}.hosts.${name} or hostDefaults;
      in
      builder {
        specialArgs = cfg.${kind}.specialArgs // {
          ezModules = modules;
        };
        modules = [
          module
          { networking.hostName = lib.mkDefault name; }
        ]
        ++ optionals host.importDefault [ (modules.default or { }) ]
        ++ optionals (host.userHomeModules != [ ]) [
          hmModule
          {
            home-manager.extraSpecialArgs = cfg.home.extraSpecialArgs // {
              ezModules = homeModules;
            };
          }
          (
            { pkgs, ... }:
            {
              home-manager.users = lib.genAttrs host.userHomeModules (
                user:
                if userModules ? ${user} then
                  { imports = modulesOfUser pkgs.stdenv (settingsOf user).importDefault user; }
                else
                  throw (
                    "User ${user} not found inside homeConfigurations directory, "
                    + "but was added to ${name}.userHomeModules"
                  )
              );
            }
          )
        ];
      }
    ) (modulesIn cfg.${kind}.configurationsDirectory);

  homes =
    let
      inherit (inputs.home-manager.lib) homeManagerConfiguration;
      hosts = config.flake.nixosConfigurations // config.flake.darwinConfigurations;
    in
    lib.concatMapAttrs (
      user: _:
      let
        settings = settingsOf user;
        standalone = settings.standalone or { enable = false; };
        special =
          osConfig:
          cfg.home.extraSpecialArgs
          // {
            ezModules = homeModules;
          }
          // lib.optionalAttrs settings.passInOsConfig { inherit osConfig; };
        ownName = settings.nameFunction;
        nameOn = if ownName == null then host: "${user}@${host}" else ownName;
        home =
          pkgs: osConfig:
          homeManagerConfiguration {
            inherit pkgs;
            extraSpecialArgs = special osConfig;
            modules = modulesOfUser pkgs.stdenv settings.importDefault user;
          };
      in
      if standalone.enable then
        { ${user} = home standalone.pkgs { }; }
      else
        lib.concatMapAttrs (
          host: system: { ${nameOn host} = home system.pkgs system.config; }
        ) hosts
    ) userModules;

  option = type: default: mkOption { inherit type default; };
  anything = types.attrsOf types.anything;
  folder =
    name: option types.path (if cfg.root != null then "${cfg.root}/${name}" else /nonexistent);
  common = kind: {
    modulesDirectory = folder "${kind}-modules";
    configurationsDirectory = folder "${kind}-configurations";
    earlyModuleArgs = option anything cfg.earlyModuleArgs;
  };
  ofSystem =
    kind:
    common kind
    // {
      specialArgs = option anything cfg.globalArgs;
      hosts = option (types.attrsOf (
        types.submodule {
          options.importDefault = option types.bool true;
          options.userHomeModules = option (types.listOf types.str) [ ];
        }
      )) { };
    };
in
{
  options.ezConfigs = {
    root = option (types.nullOr types.path) null;
    globalArgs = option anything { };
    earlyModuleArgs = option anything { };
    nixos = ofSystem "nixos";
    darwin = ofSystem "darwin";
    home = common "home" // {
      extraSpecialArgs = option anything cfg.globalArgs;
      users = option (types.attrsOf (
        types.submodule {
          options.nameFunction = option (types.nullOr (types.functionTo types.str)) null;
          options.importDefault = option types.bool true;
          options.passInOsConfig = option types.bool true;
          options.standalone.enable = option types.bool false;
          options.standalone.pkgs = mkOption { type = types.pkgs; };
        }
      )) { };
    };
  };
  config.flake = {
    inherit homeModules nixosModules darwinModules;
    homeConfigurations = homes;
    nixosConfigurations =
      systems "nixos" inputs.nixpkgs.lib.nixosSystem inputs.home-manager.nixosModules.default
        nixosModules;
    darwinConfigurations =
      systems "darwin" (inputs.darwin or inputs.nix-darwin).lib.darwinSystem
        inputs.home-manager.darwinModules.default
        darwinModules;
  };
}
"""


def flake_module(interp: Interp) -> Value:
    """The module for `imports` of a flake-parts flake."""
    unit = Unit("«ez-configs»/flake-module.nix", _MODULE)
    return force(interp.evaluate(unit))
