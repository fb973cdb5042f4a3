# What Alice has everywhere: on the machines of the house, on her phone, and on any other computer
# with `home-manager switch --flake .#alice`.
{
  config,
  lib,
  pkgs,
  ...
}:

{
  imports = [
    ./git.nix
    ./neovim.nix
    ./shell.nix
    ./ssh.nix
  ];

  homelab = {
    person = {
      name = "Alice Liddell";
      email = lib.mkDefault "alice@example.org";
      github = "aliddell";
    };
    desktop = {
      font.size = lib.mkDefault 11;
      theme = "dusk";
    };
    languages = [ "nix" ];
    backup.jobs.notes.exclude = [ "*.tmp" ];
  };

  home = {
    stateVersion = "25.11";
    packages = import ./packages.nix { inherit lib pkgs; };
    sessionPath = lib.mkBefore [ "$HOME/.local/bin" ];
    sessionVariables = {
      NOTES = "${config.home.homeDirectory}/notes";
      RIPGREP_CONFIG_PATH = "${config.xdg.configHome}/ripgrep/config";
    };
    file.".inputrc".source = ./files/inputrc;
  };

  xdg.configFile."ripgrep/config".text = ''
    --smart-case
    --hidden
    --glob=!.git
  '';
}
