{ pkgs, ... }:

{
  home.packages = [ pkgs.htop ];

  programs.tmux.baseIndex = 0;
}
