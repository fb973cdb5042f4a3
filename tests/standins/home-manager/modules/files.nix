# Files of a home, and its base directories.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; };
  cfg = config.xdg;
  home = config.home.homeDirectory;

  fileUnder =
    folder:
    types.attrsOf (
      types.submodule (
        { name, config, ... }:
        {
          options = {
            enable = option types.bool true;
            executable = option (types.nullOr types.bool) null;
            force = option types.bool false;
            onChange = option types.lines "";
            recursive = option types.bool false;
            source = mkOption { type = types.path; };
            target = mkOption {
              type = types.nonEmptyStr;
              apply =
                target:
                lib.removePrefix "${home}/" (
                  if lib.hasPrefix "/" target then target else "${folder}/${target}"
                );
            };
            text = option (types.nullOr types.lines) null;
          };
          config = {
            target = lib.mkDefault name;
            source = lib.mkIf (config.text != null) (
              lib.mkDefault (pkgs.writeText "file" config.text)
            );
          };
        }
      )
    );

  folders = {
    bin = "${home}/.local/bin";
    cache = "${home}/.cache";
    config = "${home}/.config";
    data = "${home}/.local/share";
    state = "${home}/.local/state";
  };
  named = suffix: lib.mapAttrs' (name: lib.nameValuePair "${name}${suffix}");

  pathOrText = types.coercedTo types.path toString types.str;
  userFolder = name: option (types.nullOr pathOrText) "${home}/${name}";
in
{
  options = {
    home.file = option (fileUnder home) { };

    xdg = {
      enable = lib.mkEnableOption "management of XDG base directories";
      configFile = option (fileUnder cfg.configHome) { };
      dataFile = option (fileUnder cfg.dataHome) { };
      userDirs = {
        enable = lib.mkEnableOption "management of $XDG_CONFIG_HOME/user-dirs.dirs";
        desktop = userFolder "Desktop";
        documents = userFolder "Documents";
        download = userFolder "Downloads";
      };
    }
    // named "Home" (
      lib.mapAttrs (
        _name: _folder:
        mkOption {
          type = types.path;
          apply = toString;
        }
      ) folders
    );
  };

  config = {
    xdg = named "Home" (lib.mapAttrs (_name: lib.mkOptionDefault) folders);

    home.sessionVariables = lib.mkIf cfg.enable {
      XDG_BIN_HOME = cfg.binHome;
      XDG_CACHE_HOME = cfg.cacheHome;
      XDG_CONFIG_HOME = cfg.configHome;
      XDG_DATA_HOME = cfg.dataHome;
      XDG_STATE_HOME = cfg.stateHome;
    };

    home.file = lib.mkMerge [
      (lib.mapAttrs' (name: lib.nameValuePair "${cfg.configHome}/${name}") cfg.configFile)
      (lib.mapAttrs' (name: lib.nameValuePair "${cfg.dataHome}/${name}") cfg.dataFile)
    ];
  };
}
