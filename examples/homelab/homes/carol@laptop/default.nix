{
  homelab.desktop.font.size = 16;

  dconf.settings."org/gnome/desktop/interface".text-scaling-factor = 1.25;

  xdg.userDirs = {
    enable = true;
    documents = "$HOME/Documents";
  };
}
