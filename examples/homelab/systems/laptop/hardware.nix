{
  boot.initrd.availableKernelModules = [
    "nvme"
    "thunderbolt"
    "xhci_pci"
  ];
  boot.loader = {
    efi.canTouchEfiVariables = true;
    systemd-boot.enable = true;
  };

  boot.initrd.luks.devices.root.device = "/dev/disk/by-partlabel/root";

  fileSystems = {
    "/" = {
      device = "/dev/mapper/root";
      fsType = "btrfs";
    };
    "/boot" = {
      device = "/dev/disk/by-partlabel/boot";
      fsType = "vfat";
    };
  };

  hardware.bluetooth.enable = true;
  hardware.cpu.intel.updateMicrocode = true;
  nixpkgs.hostPlatform = "x86_64-linux";
}
