{ config, lib, ... }:

let
  inherit (lib) mkOpt types;

  cfg = config.homelab.shell.zsh;
in
{
  options.homelab.shell.zsh = {
    enable = lib.mkEnableOption "zsh";
    historySize = mkOpt types.ints.positive 50000 "How many commands to remember.";
    greeting = mkOpt types.lines "" "What a new shell says.";
  };

  config = lib.mkIf cfg.enable {
    programs.zsh = {
      enable = true;
      autosuggestion.enable = lib.mkDefault true;
      syntaxHighlighting.enable = lib.mkDefault true;
      defaultKeymap = lib.mkDefault "emacs";
      dotDir = "${config.xdg.configHome}/zsh";

      history = {
        size = cfg.historySize;
        save = 2 * cfg.historySize;
        ignoreAllDups = true;
      };

      initContent = lib.mkMerge [
        # Before completion is set up.
        (lib.mkOrder 550 ''
          fpath+=("$XDG_DATA_HOME/zsh/site-functions")
        '')
        ''
          setopt extended_glob no_beep
          bindkey '^[[1;5C' forward-word
          bindkey '^[[1;5D' backward-word
        ''
        (lib.mkIf (cfg.greeting != "") (
          lib.mkAfter ''
            cat <<'GREETING'
            ${lib.removeSuffix "\n" cfg.greeting}
            GREETING
          ''
        ))
      ];
    };
  };
}
