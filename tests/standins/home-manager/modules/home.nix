{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; };
  cfg = config.home;

  variable = types.oneOf [
    types.str
    types.path
    types.int
    types.float
    types.bool
  ];
in
{
  options = {
    assertions = option (types.listOf types.unspecified) [ ];
    warnings = option (types.listOf types.str) [ ];

    home = {
      username = mkOption { type = types.nonEmptyStr; };
      uid = option (types.nullOr types.ints.unsigned) null;
      homeDirectory = mkOption {
        type = types.path;
        apply = toString;
      };
      stateVersion = mkOption {
        type = types.enum [
          "24.05"
          "24.11"
          "25.05"
          "25.11"
          "26.05"
          "26.11"
        ];
      };
      profileDirectory = mkOption {
        type = types.path;
        readOnly = true;
        default =
          if config.submoduleSupport.externalPackageInstall then
            "/etc/profiles/per-user/${cfg.username}"
          else
            "${cfg.homeDirectory}/.nix-profile";
      };

      activation = option (lib.hm.types.dagOf types.str) { };
      activationPackage = mkOption { type = types.package; };
      packages = option (types.listOf types.package) [ ];
      path = mkOption { type = types.package; };
      sessionPath = option (types.listOf types.str) [ ];
      sessionVariables = option (types.lazyAttrsOf (types.nullOr variable)) { };
      shellAliases = option (types.attrsOf types.str) { };
    };

    programs.home-manager.enable = lib.mkEnableOption "Home Manager";

    submoduleSupport = {
      enable = option types.bool false;
      externalPackageInstall = option types.bool false;
    };
  };

  config = {
    _module.args = {
      osConfig = lib.mkDefault null;
      nixosConfig = lib.mkDefault null;
      darwinConfig = lib.mkDefault null;
    };
    home.path = pkgs.writeText "home-manager-path" (
      lib.concatMapStringsSep "\n" toString cfg.packages
    );
    home.activationPackage = pkgs.writeText "home-manager-generation" (
      builtins.toJSON {
        inherit (cfg) homeDirectory path username;
        files = lib.attrNames config.home.file;
      }
    );
  };
}
