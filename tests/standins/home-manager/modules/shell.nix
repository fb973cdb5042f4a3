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
in
{
  options.programs = {
    direnv = {
      enable = mkEnableOption "direnv";
      nix-direnv.enable = mkEnableOption "nix-direnv";
    };

    fzf = {
      enable = mkEnableOption "fzf";
      defaultOptions = option (types.listOf types.str) [ ];
    };

    starship = {
      enable = mkEnableOption "starship";
      settings = option lib.hm.types.toml { };
    };

    tmux = {
      enable = mkEnableOption "tmux";
      baseIndex = option types.ints.unsigned 0;
      clock24 = option types.bool false;
      extraConfig = lines;
      terminal = option types.str "screen";
    };

    zsh = {
      enable = mkEnableOption "zsh";
      autosuggestion.enable = mkEnableOption "zsh autosuggestions";
      defaultKeymap = option (types.nullOr (
        types.enum [
          "emacs"
          "vicmd"
          "viins"
        ]
      )) null;
      dotDir = option (types.nullOr types.str) config.home.homeDirectory;
      dirHashes = option (types.attrsOf types.str) { };
      history = option (types.submodule (
        { config, ... }:
        {
          options = {
            ignoreAllDups = option types.bool false;
            save = option types.int config.size;
            share = option types.bool true;
            size = option types.int 10000;
          };
        }
      )) { };
      initContent = lines;
      profileExtra = lines;
      shellAliases = option (types.attrsOf types.str) { };
      syntaxHighlighting = option (types.submodule {
        options.enable = mkEnableOption "zsh syntax highlighting";
      }) { };
    };
  };

  config.programs.zsh.shellAliases = config.home.shellAliases;
}
