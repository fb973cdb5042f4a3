{ lib, ... }:

{
  imports = [ ./hardware.nix ];

  networking.hostName = "workstation";
  system.stateVersion = "25.05";

  homelab = {
    desktop = {
      enable = true;
      session = "sway";
    };
    users = {
      alice = {
        description = "Alice Liddell";
        admin = true;
      };
      bob.description = "Bob Carpenter";
    };
  };

  hardware.bluetooth = lib.enabled;
  services.printing = lib.enabled;
}
