{
  description = "Homes without inputs, for tests of deployments";

  outputs =
    { self }:
    let
      facts = builtins.fromJSON (builtins.readFile ./facts.json);
      home = import ./home.nix;
      home' = user: settings: home ({ inherit user; inherit (facts) home system; } // settings);
      users = builtins.readDir ./homes;
    in
    {
      homeConfigurations = builtins.mapAttrs (
        user: _: home' user (import (./homes + "/${user}"))
      ) users;

      nixosConfigurations = builtins.mapAttrs (name: _: {
        config.system.build.toplevel = import (./systems + "/${name}") {
          inherit (facts) system;
          inherit (self) homeConfigurations;
        };
      }) (if builtins.pathExists ./systems then builtins.readDir ./systems else { });
    };
}
