# Bob looks after the Pi.
{ lib, ... }:

{
  imports = [ ./watch-disk.nix ];

  home.sessionVariables.EDITOR = "vim";

  homelab.shell = {
    starship.symbol = lib.mkForce "π";
    zsh.greeting = ''
      This is the Pi. Its disk is old: see `systemctl --user status watch-disk`.
    '';
  };

  programs.tmux = {
    clock24 = true;
    extraConfig = lib.mkAfter "set -g status-style bg=red";
  };
}
