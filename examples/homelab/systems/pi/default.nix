# A Raspberry Pi in the cupboard: backups, and a shell to reach from outside.
{ lib, ... }:

{
  imports = [ ./hardware.nix ];

  networking.hostName = "pi";
  system.stateVersion = "25.05";

  homelab = {
    server = {
      enable = true;
      openPorts = [ 8000 ];
    };
    users = {
      alice = {
        description = "Alice Liddell";
        admin = true;
        keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOurAliceOurAliceOurAliceOurAlice alice" ];
      };
      bob.admin = true;
    };
  };

  networking.firewall.allowedTCPPorts = [ 22 ];
  services.openssh.settings.PermitRootLogin = lib.mkForce "no";
}
