# Home Manager as a part of NixOS: `home-manager.users.<name>`.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkEnableOption mkOption types;

  option = type: default: mkOption { inherit type default; };
  cfg = config.home-manager;
  lib' = import ../modules/lib/stdlib-extended.nix lib;

  home = types.submoduleWith {
    class = "homeManager";
    specialArgs = {
      lib = lib';
      osConfig = config;
      osClass = "nixos";
      modulesPath = toString ../modules;
    }
    // cfg.extraSpecialArgs;
    modules = [
      (
        { name, ... }:
        {
          imports =
            import ../modules/modules.nix {
              inherit pkgs;
              lib = lib';
              useNixpkgsModule = !cfg.useGlobalPkgs;
            }
            ++ cfg.sharedModules;

          submoduleSupport = {
            enable = true;
            externalPackageInstall = cfg.useUserPackages;
          };
          home = {
            inherit (config.users.users.${name}) uid;
            username = config.users.users.${name}.name;
            homeDirectory = config.users.users.${name}.home;
          };
          nix = {
            inherit (config.nix) enable package;
          };
        }
      )
    ];
  };
in
{
  options.home-manager = {
    backupFileExtension = option (types.nullOr types.str) null;
    extraSpecialArgs = option types.attrs { };
    sharedModules = option (types.listOf types.raw) [ ];
    useGlobalPkgs = mkEnableOption "using the system configuration's `pkgs`";
    useUserPackages = mkEnableOption "installation of user packages by the system";
    users = option (types.attrsOf home) { };
  };

  config = {
    home-manager.extraSpecialArgs.nixosConfig = config;
    users.users = lib.mkIf cfg.useUserPackages (
      lib.mapAttrs (_name: home: { packages = [ home.home.path ]; }) cfg.users
    );
  };
}
