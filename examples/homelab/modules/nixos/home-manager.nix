# On NixOS, Home Manager is a part of the system: `nixos-rebuild switch` deploys the homes too.
{
  config,
  inputs,
  lib,
  self,
  ...
}:

{
  home-manager = {
    useGlobalPkgs = true;
    useUserPackages = true;
    backupFileExtension = "bak";

    extraSpecialArgs = {
      inherit inputs lib self;
      isDroid = false;
    };

    sharedModules = [
      self.homeModules.default
      { home.stateVersion = lib.mkDefault config.system.stateVersion; }
    ];

    users = lib.mapAttrs (name: _person: {
      imports = lib.layers.onHost name config.networking.hostName;
    }) config.homelab.users;
  };
}
