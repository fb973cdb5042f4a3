{
  config,
  lib,
  osConfig,
  ...
}:

{
  homelab = {
    desktop = {
      font.size = 10;
      theme = lib.mkForce "dawn";
    };
    backup.jobs.notes.enable = lib.mkIf osConfig.services.power-profiles-daemon.enable false;
    languages = [ "web" ];
  };

  dconf.settings = {
    "org/gnome/desktop/interface".show-battery-percentage = true;
    "org/gnome/desktop/input-sources".xkb-options = [ "caps:escape" ];
    "org/gnome/settings-daemon/plugins/color" = {
      night-light-enabled = true;
      night-light-temperature = lib.hm.gvariant.mkUint32 3700;
    };
  };

  programs.kitty = {
    font.size = 12;
    settings.scrollback_lines = lib.mkForce 2000;
  };

  programs.zsh.initContent = lib.mkIf config.programs.fzf.enable (
    lib.mkAfter ''
      bindkey '^[c' fzf-cd-widget
    ''
  );

  xdg.configFile."ripgrep/config".text = lib.mkForce ''
    --smart-case
    --threads=2
  '';
}
