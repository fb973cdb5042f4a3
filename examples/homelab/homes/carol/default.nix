# Carol works on a MacBook, and sometimes sits down at the laptop in the kitchen.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (pkgs.stdenv.hostPlatform) isDarwin;
in
{
  homelab = {
    person = {
      name = "Carol Hatter";
      email = "carol@example.org";
    };
    git.enable = true;
    desktop.theme = "dawn";
    shell.zsh.enable = true;
  };

  home.packages = with pkgs; [ pandoc ] ++ lib.optional isDarwin coreutils;

  home.sessionVariables = lib.mkMerge [
    { MANUSCRIPTS = "${config.home.homeDirectory}/Documents/manuscripts"; }
    (lib.mkIf isDarwin { HOMEBREW_NO_ANALYTICS = "1"; })
  ];

  home.shellAliases.open = lib.mkIf (!isDarwin) "xdg-open";

  programs.git.settings.credential.helper = if isDarwin then "osxkeychain" else "cache";
}
