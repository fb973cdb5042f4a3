{ config, lib, ... }:

{
  homelab.shell.zsh = lib.enabled;

  home.shellAliases = {
    ll = "ls -l --almost-all --human-readable";
    notes = "$EDITOR ${config.home.sessionVariables.NOTES}";
  };

  programs.fzf = {
    enable = true;
    defaultOptions = [
      "--height=40%"
      "--layout=reverse"
    ];
  };

  programs.zsh = {
    dirHashes.src = "$HOME/src";
    initContent = lib.mkBefore ''
      [[ -n $SSH_CONNECTION ]] && PROMPT_HOST=%m
    '';
  };
}
