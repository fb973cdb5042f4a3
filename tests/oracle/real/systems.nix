# What stands in for NixOS, nix-darwin and nix-on-droid: the options that homes read, as there.
#
# Home Manager's own modules for systems are the real ones (nix-on-droid's has its own). What no
# option declares is not there, so that what reads it cannot be had.
{
  lib,
  homeManager,
  folder,
  packages,
  package,
}:

let
  inherit (lib) mkDefault mkIf mkOption types;
  option = type: default: mkOption { inherit type default; };

  user = darwin: {
    freeformType = types.lazyAttrsOf types.anything;
    options = {
      name = mkOption { type = types.str; };
      home =
        if darwin then option (types.nullOr types.path) null else option types.path "/var/empty";
      uid =
        if darwin then mkOption { type = types.int; } else option (types.nullOr types.int) null;
      description = option (types.nullOr types.str) (if darwin then null else "");
      group = option types.str "";
      extraGroups = option (types.listOf types.str) [ ];
      shell = option types.raw null;
      packages = option (types.listOf types.raw) [ ];
      isNormalUser = option types.bool false;
      isSystemUser = option types.bool false;
      createHome = option types.bool false;
    };
  };
  userOf =
    darwin:
    { name, config, ... }:
    user darwin
    // {
      config = lib.mkMerge [
        { name = mkDefault name; }
        (mkIf (!darwin && config.isNormalUser) {
          home = mkDefault "/home/${config.name}";
          group = mkDefault "users";
          createHome = mkDefault true;
        })
      ];
    };

  options = darwin: {
    options = {
      assertions = option (types.listOf types.unspecified) [ ];
      warnings = option (types.listOf types.str) [ ];
      environment.pathsToLink = option (types.listOf types.str) [ ];
      environment.systemPackages = option (types.listOf types.raw) [ ];
      fonts.packages = option (types.listOf types.raw) [ ];
      i18n.defaultLocale = option types.str "en_US.UTF-8";
      networking.domain = option (types.nullOr types.str) null;
      networking.hostName =
        if darwin then option (types.nullOr types.str) null else option types.str "nixos";
      nix.enable = option types.bool true;
      nix.package = option types.package packages.nix;
      nix.settings = option (types.lazyAttrsOf types.raw) { };
      nixpkgs.config = option types.attrs { };
      nixpkgs.overlays = option (types.listOf types.raw) [ ];
      nixpkgs.hostPlatform = mkOption {
        type = types.either types.str types.attrs;
        apply = lib.systems.elaborate;
      };
      system.stateVersion = mkOption { type = types.either types.str types.int; };
      time.timeZone = option (types.nullOr types.str) null;
      users.users = option (types.attrsOf (types.submodule (userOf darwin))) { };
    };
  };

  # What other inputs would declare in homes is let through.
  lenient.home-manager = {
    sharedModules = [ { _module.check = lib.mkForce false; } ];
  };

  evaluate =
    class:
    {
      modules ? [ ],
      specialArgs ? { },
      lib ? null,
      system ? null,
      pkgs ? null,
      inputs ? { },
      ...
    }@given:
    let
      used = if lib == null then standinLib else lib;
      evaluated = used.evalModules {
        inherit class;
        specialArgs = {
          modulesPath = "${folder}/nixos/modules";
        }
        // specialArgs;
        modules = modules ++ [
          (options (class == "darwin"))
          (
            { options, ... }:
            {
              config = standinLib.mkMerge [
                (standinLib.optionalAttrs (options ? home-manager) lenient)
                (standinLib.optionalAttrs (system != null) {
                  nixpkgs.hostPlatform = standinLib.mkDefault system;
                })
                {
                  _module.check = standinLib.mkForce false;
                  _module.args = {
                    pkgs = if pkgs != null then pkgs else packages;
                    utils.escapeSystemdPath = path: path;
                  };
                }
              ];
            }
          )
        ];
      };
    in
    evaluated // { inherit (evaluated._module.args) pkgs; };
  standinLib = lib;

  droidModule =
    { config, ... }:
    let
      cfg = config.home-manager;
      extended = import "${homeManager}/modules/lib/stdlib-extended.nix" lib;
      home = types.submoduleWith {
        specialArgs = {
          lib = extended;
        }
        // cfg.extraSpecialArgs;
        modules = [
          {
            imports = import "${homeManager}/modules/modules.nix" {
              pkgs = packages;
              lib = extended;
              useNixpkgsModule = !cfg.useGlobalPkgs;
            };
            config = {
              _module.check = lib.mkForce false;
              submoduleSupport.enable = true;
              submoduleSupport.externalPackageInstall = cfg.useUserPackages;
              home.username = config.user.userName;
              home.homeDirectory = config.user.home;
            };
          }
        ]
        ++ cfg.sharedModules;
      };
    in
    {
      options = {
        user.userName = option types.str "nix-on-droid";
        user.home = mkOption {
          type = types.path;
          readOnly = true;
        };
        system.stateVersion = mkOption { type = types.str; };
        time.timeZone = option (types.nullOr types.str) null;
        home-manager = {
          backupFileExtension = option (types.nullOr types.str) null;
          config = option (types.nullOr home) null;
          extraSpecialArgs = option types.attrs { };
          sharedModules = option (types.listOf types.raw) [ ];
          useGlobalPkgs = option types.bool false;
          useUserPackages = option types.bool (lib.versionAtLeast config.system.stateVersion "20.09");
        };
      };
      config = {
        _module.check = lib.mkForce false;
        _module.args.pkgs = packages;
        user.home = "/data/data/com.termux.nix/files/home";
      };
    };

  droid =
    {
      pkgs ? packages,
      modules ? [ ],
      extraSpecialArgs ? { },
      ...
    }:
    lib.evalModules {
      class = "nixOnDroid";
      specialArgs = extraSpecialArgs;
      modules = modules ++ [ droidModule ];
    };
in
{
  inherit evaluate droid;
}
