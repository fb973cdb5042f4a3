{
  config,
  inputs,
  lib,
  osConfig,
  pkgs,
  ...
}:

{
  imports = [
    inputs.sops-nix.homeManagerModules.sops
    ./sway.nix
  ];

  homelab = {
    desktop = {
      font.size = 13;
      terminal = "foot";
    };
    languages = lib.mkAfter [
      "rust"
      "python"
    ];
    backup.jobs = {
      notes.schedule = 6;
      src = {
        exclude = [
          "target"
          "node_modules"
        ];
        keep.weekly = 4;
      };
    };
  };

  home.packages =
    with pkgs;
    [
      gimp
      inkscape
    ]
    ++ lib.optional osConfig.hardware.bluetooth.enable blueman;

  home.sessionVariables = {
    EDITOR = "nvim -p";
    MOZ_ENABLE_WAYLAND = lib.mkIf (osConfig.homelab.desktop.session == "sway") "1";
    PAGER = lib.mkForce "less -+F";
  };

  programs.git.settings.core.fsmonitor = true;

  programs.zsh.history.size = lib.mkForce 1000000;

  # A token that only this machine can decrypt.
  sops = {
    age.keyFile = "${config.xdg.configHome}/sops/age/keys.txt";
    defaultSopsFile = ../../secrets/alice.yaml;
    secrets.github-token = { };
  };
}
