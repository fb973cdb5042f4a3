{
  config,
  lib,
  self,
  ...
}:

{
  environment.etcBackupExtension = ".bak";
  system.stateVersion = "24.05";

  nix.extraOptions = ''
    experimental-features = nix-command flakes
  '';

  home-manager = {
    useGlobalPkgs = true;
    backupFileExtension = "bak";

    sharedModules = [
      self.homeModules.default
      { home.stateVersion = lib.mkDefault config.system.stateVersion; }
    ];
  };
}
