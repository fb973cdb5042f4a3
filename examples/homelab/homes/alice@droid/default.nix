# A phone: small, and without a keyboard worth the name.
{ lib, ... }:

{
  homelab = {
    editor.name = "vim";
    git.sign = false;
    languages = lib.mkForce [ ];
    shell.starship = {
      enable = true;
      symbol = "$";
    };
  };

  programs.fzf.enable = lib.mkForce false;
}
