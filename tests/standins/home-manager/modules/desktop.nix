{
  config,
  lib,
  pkgs,
  nixosConfig,
  ...
}:

let
  inherit (lib) mkEnableOption mkOption types;

  option = type: default: mkOption { inherit type default; };

  scalar = types.oneOf [
    types.str
    types.bool
    types.int
    types.float
  ];

  font = types.submodule {
    options = {
      name = mkOption { type = types.str; };
      package = option (types.nullOr types.package) null;
      size = option (types.nullOr types.number) null;
    };
  };
in
{
  options = {
    dconf.settings = option (types.attrsOf (types.attrsOf lib.hm.types.gvariant)) { };

    fonts.fontconfig = {
      enable = option types.bool (
        nixosConfig != null
        && nixosConfig.home-manager.useUserPackages
        && nixosConfig.fonts.fontconfig.enable
      );
      defaultFonts.monospace = option (types.listOf types.str) [ ];
    };

    gtk = {
      enable = mkEnableOption "GTK theming and configuration";
      font = option (types.nullOr font) null;
    };

    programs = {
      foot = {
        enable = mkEnableOption "Foot terminal";
        settings = option lib.hm.types.ini { };
      };

      kitty = {
        enable = mkEnableOption "Kitty terminal emulator";
        darwinLaunchOptions = option (types.nullOr (types.listOf types.str)) null;
        font = option (types.nullOr font) null;
        settings = option (types.attrsOf scalar) { };
      };
    };

    services.mako = {
      enable = mkEnableOption "mako";
      settings = option (types.attrsOf (
        types.nullOr (types.either scalar (types.attrsOf scalar))
      )) { };
    };

    wayland.windowManager.sway = {
      enable = mkEnableOption "sway wayland compositor";
      package = option (types.nullOr types.package) pkgs.sway;
      config = option (types.nullOr (
        types.submodule {
          options = {
            gaps = option (types.nullOr (
              types.submodule { options.inner = option (types.nullOr types.int) null; }
            )) null;
            modifier = option types.str "Mod1";
            output = option (types.attrsOf (types.attrsOf types.str)) { };
            terminal = option types.str (lib.getExe pkgs.foot);
          };
        }
      )) { };
      extraConfig = option types.lines "";
    };
  };
}
