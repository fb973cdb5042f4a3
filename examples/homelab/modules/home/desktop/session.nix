{
  config,
  isDroid,
  lib,
  osConfig ? null,
  pkgs,
  ...
}:

let
  inherit (lib) mkIf mkOpt types;

  cfg = config.homelab.desktop;
in
{
  options.homelab.desktop = {
    # On NixOS the machine knows whether it has a screen.
    enable = lib.mkBoolOpt (!isDroid && osConfig.homelab.desktop.enable or false) ''
      Whether this home is used at a screen.
    '';

    terminal = mkOpt (types.enum [
      "foot"
      "kitty"
    ]) "kitty" "The terminal emulator.";

    theme = mkOpt (types.enum [
      "dawn"
      "dusk"
    ]) "dusk" "Which of the palettes/ to paint with.";

    palette = lib.mkOption {
      type = types.attrsOf (types.strMatching "#[0-9a-f]{6}");
      readOnly = true;
      description = "The colours of the theme, by role.";
    };

    font = {
      name = mkOpt types.str "JetBrains Mono" "The font of terminals and editors.";
      size = mkOpt types.ints.positive 11 "Its size in points.";
    };
  };

  config = lib.mkMerge [
    { homelab.desktop.palette = import (./palettes + "/${cfg.theme}.nix"); }

    (mkIf cfg.enable {
      home.packages =
        with pkgs;
        [ jetbrains-mono ]
        ++ lib.optionals stdenv.hostPlatform.isLinux [
          wl-clipboard
          xdg-utils
        ];
      home.sessionVariables.TERMINAL = lib.mkDefault cfg.terminal;
      fonts.fontconfig = {
        enable = true;
        defaultFonts.monospace = [ cfg.font.name ];
      };
    })
  ];
}
