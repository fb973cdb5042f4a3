# The one that lives on the kitchen table.
{ lib, ... }:

{
  imports = [ ./hardware.nix ];

  networking.hostName = "laptop";
  system.stateVersion = "25.11";

  homelab = {
    desktop = lib.enabled;
    users = {
      alice = {
        description = "Alice Liddell";
        admin = true;
      };
      carol.description = "Carol Hatter";
    };
  };

  services.power-profiles-daemon = lib.enabled;
  services.tlp = lib.disabled;
}
