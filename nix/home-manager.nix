# programs.hmls: the server on the PATH, and the editors that are to use it.
self:
{
  config,
  options,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.hmls;
  json = pkgs.formats.json { };
  toLua = lib.generators.toLua { };
  # Its name since Home Manager 26.05, and the one before.
  initLua = if options.programs.neovim ? initLua then "initLua" else "extraLuaConfig";
  # An option since Home Manager 26.05; before that, VSCodium is a package of programs.vscode.
  hasVSCodium = options.programs ? vscodium;
  # { a.b = 1; } as VS Code wants it: { "hmls.a.b" = 1; }, but for settings that are sets of hosts.
  dotted =
    prefix: settings:
    lib.concatMapAttrs (
      name: value:
      if lib.isAttrs value && !lib.hasSuffix "Hosts" name then
        dotted "${prefix}.${name}" value
      else
        { "${prefix}.${name}" = value; }
    ) settings;
  forVSCode.profiles.default.userSettings = {
    "hmls.server.path" = lib.getExe cfg.package;
  }
  // dotted "hmls" cfg.settings;
in
{
  options.programs.hmls = {
    enable = lib.mkEnableOption "hmls, a language server for Home Manager configurations";

    package = lib.mkOption {
      type = lib.types.package;
      default = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
      defaultText = lib.literalExpression "hmls.packages.\${system}.default";
      description = "The server.";
    };

    settings = lib.mkOption {
      inherit (json) type;
      default = { };
      example = {
        target = "alice@laptop";
        features.completion = false;
      };
      description = "What the editors below send to the server; see docs/settings.md.";
    };

    neovim.enable = lib.mkEnableOption "hmls in Neovim (0.11 or newer), with its plugin";
    helix.enable = lib.mkEnableOption "hmls in Helix";
    helix.otherServers = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      example = [ "nil" ];
      description = "Servers that Helix asks after hmls.";
    };
    vscode.enable = lib.mkEnableOption "the settings of hmls in Visual Studio Code";
    vscodium.enable = lib.mkEnableOption "the settings of hmls in VSCodium";
    emacs.enable = lib.mkEnableOption "hmls in eglot of Emacs (29 or newer)";
  };

  config = lib.mkIf cfg.enable {
    home.packages = [ cfg.package ];

    programs.neovim = lib.mkIf cfg.neovim.enable {
      ${initLua} = ''
        vim.opt.runtimepath:append(${toLua "${../editors/nvim}"})
        vim.lsp.config("hmls", {
          cmd = { ${toLua (lib.getExe cfg.package)} },
          init_options = { hmls = ${toLua cfg.settings} },
        })
        vim.lsp.enable("hmls")
      '';
    };

    programs.helix = lib.mkIf cfg.helix.enable {
      languages = {
        language-server.hmls = {
          command = lib.getExe cfg.package;
          config.hmls = cfg.settings;
        };
        language = [
          {
            name = "nix";
            language-servers = [ "hmls" ] ++ cfg.helix.otherServers;
          }
        ];
      };
    };

    programs.vscode = lib.mkIf (cfg.vscode.enable || cfg.vscodium.enable && !hasVSCodium) forVSCode;

    programs.${if hasVSCodium then "vscodium" else null} = lib.mkIf cfg.vscodium.enable forVSCode;

    programs.emacs = lib.mkIf cfg.emacs.enable {
      extraConfig = ''
        (with-eval-after-load 'eglot
          (add-to-list 'eglot-server-programs
                       '((nix-mode nix-ts-mode) . ("${lib.getExe cfg.package}"))))
      '';
    };
  };
}
