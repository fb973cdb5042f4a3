{
  boot.loader = {
    generic-extlinux-compatible.enable = true;
    grub.enable = false;
  };

  fileSystems."/" = {
    device = "/dev/disk/by-label/NIXOS_SD";
    fsType = "ext4";
    options = [ "noatime" ];
  };

  nixpkgs.hostPlatform = "aarch64-linux";
}
