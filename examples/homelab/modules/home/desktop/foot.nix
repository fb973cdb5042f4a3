{ config, lib, ... }:

let
  cfg = config.homelab.desktop;
  withoutHash = lib.mapAttrs (_role: lib.removePrefix "#") cfg.palette;
in
lib.mkIf (cfg.enable && cfg.terminal == "foot") {
  programs.foot = {
    enable = true;
    settings = {
      main = {
        font = "${cfg.font.name}:size=${toString cfg.font.size}";
        pad = lib.mkDefault "8x8";
      };
      colors-dark = {
        inherit (withoutHash) background foreground;
        regular1 = withoutHash.red;
        regular2 = withoutHash.green;
      };
      scrollback.lines = lib.mkDefault 10000;
    };
  };
}
