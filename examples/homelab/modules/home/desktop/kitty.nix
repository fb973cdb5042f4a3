{ config, lib, ... }:

let
  cfg = config.homelab.desktop;
  inherit (cfg) palette;
in
{
  config = lib.mkIf (cfg.enable && cfg.terminal == "kitty") {
    programs.kitty = {
      enable = true;
      font = {
        inherit (cfg.font) name;
        size = lib.mkDefault cfg.font.size;
      };
      settings = {
        inherit (palette) background foreground;
        cursor = palette.accent;
        color1 = palette.red;
        color2 = palette.green;
        enable_audio_bell = false;
        scrollback_lines = lib.mkDefault 10000;
      };
    };
  };
}
