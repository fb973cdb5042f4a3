# One word for what a home is for. It sets defaults, and any layer may say otherwise.
{
  config,
  isDroid,
  lib,
  ...
}:

let
  inherit (lib) mkDefault mkIf types;

  cfg = config.homelab;
in
{
  options.homelab.profile = lib.mkOption {
    type = types.enum [
      "minimal"
      "server"
      "desktop"
    ];
    default =
      if isDroid then
        "minimal"
      else if cfg.desktop.enable then
        "desktop"
      else
        "server";
    defaultText = lib.literalMD "`minimal` on a phone, else by `homelab.desktop.enable`";
    description = "What this home is for.";
  };

  config = lib.mkMerge [
    {
      xdg.enable = true;
      home.sessionVariables.PAGER = lib.mkOverride 900 "less";
      home.sessionVariables.LESS = mkDefault "-FRX";
    }

    (mkIf (cfg.profile != "minimal") {
      homelab.shell.starship.enable = mkDefault true;
      programs.direnv = {
        enable = mkDefault true;
        nix-direnv.enable = mkDefault true;
      };
    })

    (mkIf (cfg.profile == "server") {
      programs.tmux.enable = mkDefault true;
      programs.tmux.terminal = mkDefault "tmux-256color";
    })
  ];
}
