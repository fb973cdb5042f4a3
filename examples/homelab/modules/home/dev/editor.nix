{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkOpt types;

  cfg = config.homelab.editor;

  commands = {
    helix = "hx";
    neovim = "nvim";
    vim = "vim";
  };
in
{
  options.homelab.editor = {
    name = mkOpt (types.enum (lib.attrNames commands)) "vim" "The editor to open files with.";
    package = lib.mkPackageOption pkgs "vim" { };
    indent = mkOpt (types.ints.between 1 8) 2 "Columns of one level.";
  };

  config = lib.mkMerge [
    { home.sessionVariables.EDITOR = lib.mkDefault commands.${cfg.name}; }

    (lib.mkIf (cfg.name == "neovim") {
      programs.neovim = {
        enable = true;
        viAlias = lib.mkDefault true;
        initLua = lib.mkBefore ''
          vim.opt.expandtab = true
          vim.opt.shiftwidth = ${toString cfg.indent}
        '';
      };
    })

    (lib.mkIf (cfg.name == "vim") { home.packages = [ cfg.package ]; })

    (lib.mkIf (cfg.name == "helix") {
      programs.helix = {
        enable = true;
        settings.editor.line-number = lib.mkDefault "relative";
      };
    })
  ];
}
