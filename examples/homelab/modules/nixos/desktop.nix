{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkIf mkOpt types;

  cfg = config.homelab.desktop;
in
{
  options.homelab.desktop = {
    enable = lib.mkEnableOption "a graphical session";
    session = mkOpt (types.enum [
      "gnome"
      "sway"
    ]) "gnome" "Which session people log into.";
  };

  config = mkIf cfg.enable (
    lib.mkMerge [
      {
        fonts.packages = [ pkgs.noto-fonts ];
        programs.dconf = lib.enabled;
        services.pipewire = {
          enable = true;
          pulse = lib.enabled;
        };
      }

      (mkIf (cfg.session == "gnome") {
        services.desktopManager.gnome = lib.enabled;
        services.displayManager.gdm = lib.enabled;
      })

      (mkIf (cfg.session == "sway") {
        programs.sway = {
          enable = true;
          wrapperFeatures.gtk = true;
        };
        security.polkit = lib.enabled;
      })
    ]
  );
}
