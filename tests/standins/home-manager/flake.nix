{
  description = "Stands for Home Manager: its builders, lib.hm, and the options that the example sets";

  outputs =
    { self, nixpkgs }:
    {
      lib = {
        hm = import ./modules/lib { inherit (nixpkgs) lib; };
        homeManagerConfiguration = import ./standalone.nix;
      };
      nixosModules = {
        home-manager = ./nixos;
        default = self.nixosModules.home-manager;
      };
    };
}
