{ config, lib, ... }:

let
  cfg = config.homelab.server;
in
{
  options.homelab.server = {
    enable = lib.mkEnableOption "what a machine without a screen needs";
    openPorts = lib.mkOpt (lib.types.listOf lib.types.port) [ ] "TCP ports to let in.";
  };

  config = lib.mkIf cfg.enable {
    networking.firewall.allowedTCPPorts = lib.mkBefore cfg.openPorts;
    documentation.enable = lib.mkDefault false;
    time.timeZone = "UTC";
  };
}
