{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (config.homelab.desktop) palette terminal;
in
{
  wayland.windowManager.sway = {
    enable = true;
    # The system brings sway itself.
    package = null;
    config = {
      inherit terminal;
      modifier = "Mod4";
      gaps.inner = 6;
      output."DP-1".scale = "1.5";
    };
    extraConfig = ''
      client.focused ${palette.accent} ${palette.background} ${palette.foreground}
    '';
  };

  services.mako = {
    enable = true;
    settings = {
      background-color = palette.background;
      default-timeout = lib.mkDefault 5000;
    };
  };

  systemd.user.services.wallpaper = {
    Unit = {
      Description = "A plain background in the colour of the theme";
      PartOf = [ "graphical-session.target" ];
    };
    Service.ExecStart = "${lib.getExe pkgs.swaybg} --color '${palette.background}'";
    Install.WantedBy = [ "graphical-session.target" ];
  };
}
