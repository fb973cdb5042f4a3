{
  inputs,
  lib,
  self,
}:

let
  homeArguments = {
    inherit inputs lib self;
    isDroid = false;
  };
in
{
  # One standalone home: base and @global.
  mkHome =
    user:
    let
      system = lib.layers.systemOf user;
      homes = if lib.hasSuffix "-darwin" system then "/Users" else "/home";
    in
    inputs.home-manager.lib.homeManagerConfiguration {
      inherit lib;
      pkgs = inputs.nixpkgs.legacyPackages.${system};
      extraSpecialArgs = homeArguments;
      modules = [
        self.homeModules.default
        {
          home = {
            username = user;
            homeDirectory = lib.mkDefault "${homes}/${user}";
            stateVersion = lib.mkDefault "24.11";
          };
          programs.home-manager.enable = true;
        }
      ]
      ++ lib.layers.standalone user;
    };

  # One NixOS machine, with the homes of its users: base and @<host>.
  mkSystem =
    host:
    inputs.nixpkgs.lib.nixosSystem {
      specialArgs = { inherit inputs lib self; };
      modules = [
        inputs.home-manager.nixosModules.home-manager
        self.nixosModules.default
        ../systems/${host}
      ];
    };

  # One phone, with the home of its only user: base and @droid.
  mkDevice =
    user:
    inputs.nix-on-droid.lib.nixOnDroidConfiguration {
      pkgs = import inputs.nixpkgs {
        system = "aarch64-linux";
        overlays = [ inputs.nix-on-droid.overlays.default ];
      };
      home-manager-path = inputs.home-manager.outPath;
      extraSpecialArgs = { inherit inputs lib self; };
      modules = [
        ../modules/droid
        {
          home-manager = {
            extraSpecialArgs = homeArguments // {
              isDroid = true;
            };
            config.imports = lib.layers.onDroid user;
          };
        }
      ];
    };
}
