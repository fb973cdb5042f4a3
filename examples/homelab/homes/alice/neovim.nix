{ lib, pkgs, ... }:

{
  homelab.editor = {
    name = lib.mkDefault "neovim";
    indent = 4;
  };

  programs.neovim = {
    extraPackages = [ pkgs.lua-language-server ];
    initLua = ''
      vim.opt.number = true
      vim.opt.undofile = true
    '';
    plugins = with pkgs.vimPlugins; [
      nvim-lspconfig
      telescope-nvim
      {
        plugin = gitsigns-nvim;
        type = "lua";
        config = "require('gitsigns').setup()";
      }
    ];
  };
}
