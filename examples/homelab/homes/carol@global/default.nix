{ lib, ... }:

{
  homelab = {
    desktop = {
      enable = true;
      font.size = 14;
      terminal = "kitty";
    };
    shell.starship.symbol = "🫖";
  };

  home.file.".hushlogin".text = "";

  programs.kitty = {
    darwinLaunchOptions = [ "--single-instance" ];
    settings.macos_option_as_alt = true;
  };

  programs.zsh.profileExtra = lib.mkBefore ''
    eval "$(/opt/homebrew/bin/brew shellenv)"
  '';
}
