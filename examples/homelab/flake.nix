{
  description = "Three people, three NixOS machines, a MacBook and a phone";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

    home-manager = {
      url = "github:nix-community/home-manager";
      inputs.nixpkgs.follows = "nixpkgs";
    };

    # Secrets: used by homes/alice@workstation.
    sops-nix = {
      url = "github:Mic92/sops-nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };

    # Phones: used for homes/alice@droid.
    nix-on-droid = {
      url = "github:nix-community/nix-on-droid/release-24.05";
      inputs.nixpkgs.follows = "nixpkgs";
      inputs.home-manager.follows = "home-manager";
    };
  };

  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      lib = import ./lib { inherit inputs self; };
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
    in
    {
      homeModules.default = ./modules/home;
      nixosModules.default = ./modules/nixos;

      # home-manager switch --flake .#alice
      homeConfigurations = lib.genAttrs lib.layers.standaloneUsers lib.mkHome;

      # sudo nixos-rebuild switch --flake .#workstation
      nixosConfigurations = lib.genAttrs lib.layers.hosts lib.mkSystem;

      # nix-on-droid switch --flake .#alice
      nixOnDroidConfigurations = lib.genAttrs lib.layers.droidUsers lib.mkDevice;

      formatter = lib.genAttrs systems (system: nixpkgs.legacyPackages.${system}.nixfmt-tree);
    };
}
