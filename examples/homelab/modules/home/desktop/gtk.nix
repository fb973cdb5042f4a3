{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.homelab.desktop;
in
{
  config = lib.mkIf (cfg.enable && pkgs.stdenv.hostPlatform.isLinux) {
    gtk = {
      enable = true;
      font = {
        name = "Cantarell";
        size = lib.mkDefault cfg.font.size;
      };
    };

    dconf.settings."org/gnome/desktop/interface" = {
      color-scheme = if cfg.theme == "dawn" then "prefer-light" else "prefer-dark";
      monospace-font-name = "${cfg.font.name} ${toString cfg.font.size}";
      show-battery-percentage = lib.mkDefault false;
    };
  };
}
