{ osConfig, ... }:

{
  homelab.desktop = {
    terminal = if osConfig.homelab.desktop.session == "sway" then "foot" else "kitty";
    font = {
      name = "Iosevka";
      size = 12;
    };
  };

  programs.foot.settings = {
    main.pad = "4x4";
    mouse.hide-when-typing = "yes";
  };
}
