{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkEnableOption mkOption types;

  option = type: default: mkOption { inherit type default; };
  lines = option types.lines "";

  # Sections of a git configuration, and sections of sections.
  gitValue =
    let
      primitive = types.either types.str (types.either types.bool types.int);
    in
    types.either primitive (types.listOf primitive);
  gitConfig = types.attrsOf (types.attrsOf (types.either gitValue (types.attrsOf gitValue)));

  gitInclude.options = {
    condition = option (types.nullOr types.str) null;
    contents = option (types.attrsOf types.anything) { };
    path = mkOption { type = types.either types.str types.path; };
  };

  sshBlock =
    { dagName, ... }:
    let
      isHeader = lib.hasPrefix "Host " dagName || lib.hasPrefix "Match " dagName;
    in
    {
      freeformType = types.attrsOf types.anything;
      options.header = option types.str (if isHeader then dagName else "Host ${dagName}");
    };

  vimPlugin.options = {
    config = option (types.nullOr types.lines) null;
    plugin = mkOption { type = types.package; };
    type = option (types.either (types.enum [
      "lua"
      "viml"
    ]) types.str) "viml";
  };
in
{
  options.programs = {
    git = {
      enable = mkEnableOption "Git";
      ignores = option (types.listOf types.str) [ ];
      includes = option (types.listOf (types.submodule gitInclude)) [ ];
      settings = option (types.either gitConfig (types.listOf gitConfig)) { };
      signing = {
        format = option (types.nullOr (
          types.enum [
            "openpgp"
            "ssh"
            "x509"
          ]
        )) (if lib.versionAtLeast config.home.stateVersion "25.05" then null else "openpgp");
        key = option (types.nullOr types.str) null;
        signByDefault = option (types.nullOr types.bool) null;
      };
    };

    helix = {
      enable = mkEnableOption "helix text editor";
      settings = option lib.hm.types.toml { };
    };

    neovim = {
      enable = mkEnableOption "Neovim";
      extraPackages = option (types.listOf types.package) [ ];
      initLua = lines;
      plugins = option (types.listOf (types.either types.package (types.submodule vimPlugin))) [ ];
      viAlias = option types.bool false;
      vimAlias = option types.bool false;
    };

    ssh = {
      enable = mkEnableOption "SSH client configuration";
      enableDefaultConfig = option types.bool true;
      extraConfig = lines;
      settings = option (lib.hm.types.dagOf (types.submodule sshBlock)) { };
    };
  };
}
