{ config, lib, ... }:

{
  imports = [ ./containers.nix ];

  homelab = {
    editor.name = "helix";
    git.enable = true;
    person = {
      name = "Bob Carpenter";
      email = "bob@example.org";
    };
    shell = {
      starship.symbol = "▶";
      zsh = {
        enable = true;
        historySize = 20000;
      };
    };
  };

  programs.git.settings = {
    pull.rebase = false;
    url."git@github.com:".insteadOf = "https://github.com/";
  };

  programs.tmux = {
    baseIndex = 1;
    extraConfig = lib.mkMerge [
      (lib.mkBefore "set -g mouse on")
      "set -g status-right '${config.home.username}@#h'"
    ];
    terminal = "xterm-256color";
  };
}
