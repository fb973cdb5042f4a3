{
  description = "Stands for sops-nix: the options of its module for homes";

  outputs =
    { self, nixpkgs }:
    {
      homeManagerModules = {
        sops = ./home.nix;
        default = self.homeManagerModules.sops;
      };
    };
}
