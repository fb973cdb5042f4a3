{ config, lib, ... }:

let
  inherit (lib) mkOpt types;

  cfg = config.homelab.ssh;

  machine = types.submodule (
    { name, config, ... }:
    {
      options = {
        address = mkOpt types.str "${name}.home.arpa" "Host name or address.";
        user = mkOpt (types.nullOr types.str) null "Whom to log in as.";
        port = mkOpt types.port 22 "Port of the daemon.";
        via = mkOpt (types.nullOr types.str) null "Another machine to jump through.";
        trusted = lib.mkOption {
          type = types.bool;
          description = "Whether to forward the agent.";
          default = lib.hasSuffix ".home.arpa" config.address;
          defaultText = lib.literalMD "whether the address is one of ours";
        };
      };
    }
  );
in
{
  options.homelab.ssh = {
    enable = lib.mkEnableOption "the SSH client";
    machines = mkOpt (types.attrsOf machine) { } "Machines to reach by name.";
  };

  config.programs.ssh = lib.mkIf cfg.enable {
    enable = true;
    enableDefaultConfig = false;

    settings = {
      "*" = {
        AddKeysToAgent = "yes";
        HashKnownHosts = true;
        ServerAliveInterval = lib.mkDefault 60;
      };
    }
    // lib.mapAttrs (
      _name: machine:
      {
        HostName = machine.address;
        Port = machine.port;
        ForwardAgent = machine.trusted;
      }
      // lib.optionalAttrs (machine.user != null) { User = machine.user; }
      // lib.optionalAttrs (machine.via != null) { ProxyJump = machine.via; }
    ) cfg.machines;
  };
}
