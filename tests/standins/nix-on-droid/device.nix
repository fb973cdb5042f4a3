{
  config,
  home-manager-path,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; };
  fixed = default: mkOption {
    inherit default;
    type = types.str;
    readOnly = true;
  };
  cfg = config.home-manager;
  lib' = import (home-manager-path + "/modules/lib/stdlib-extended.nix") lib;

  home = types.submoduleWith {
    specialArgs = {
      lib = lib';
    }
    // cfg.extraSpecialArgs;
    modules = [
      {
        imports = import (home-manager-path + "/modules/modules.nix") {
          inherit pkgs;
          lib = lib';
          useNixpkgsModule = !cfg.useGlobalPkgs;
        };

        submoduleSupport = {
          enable = true;
          externalPackageInstall = cfg.useUserPackages;
        };
        home = {
          username = config.user.userName;
          homeDirectory = config.user.home;
        };
      }
    ]
    ++ cfg.sharedModules;
  };
in
{
  options = {
    build.activationPackage = mkOption { type = types.package; };
    environment.etcBackupExtension = option (types.nullOr types.str) null;
    nix.extraOptions = option types.lines "";
    system.stateVersion = mkOption { type = types.str; };

    user = {
      home = fixed "/data/data/com.termux.nix/files/home";
      userName = fixed "nix-on-droid";
    };

    home-manager = {
      backupFileExtension = option (types.nullOr types.str) null;
      config = option (types.nullOr home) null;
      extraSpecialArgs = option types.attrs { };
      sharedModules = option (types.listOf types.raw) [ ];
      useGlobalPkgs = option types.bool false;
      useUserPackages = option types.bool true;
    };
  };

  config.build.activationPackage = cfg.config.home.activationPackage;
}
