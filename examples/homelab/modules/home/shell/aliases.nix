{ lib, ... }:

{
  home.shellAliases = lib.mapAttrs (_name: lib.mkDefault) {
    ".." = "cd ..";
    g = "git";
    ll = "ls -l --human-readable";
    rebuild = "home-manager switch --flake ~/homelab#$USER";
  };
}
