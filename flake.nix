{
  description = "A language server for Home Manager configurations in a flake's homes/ tree";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      forEachSystem = make: lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      hmlsOf = pkgs: self.packages.${pkgs.stdenv.hostPlatform.system}.default;
    in
    {
      packages = forEachSystem (pkgs: {
        default = pkgs.callPackage ./nix/package.nix { };
      });

      overlays.default = final: _prev: { hmls = final.callPackage ./nix/package.nix { }; };

      apps = forEachSystem (pkgs: {
        default = {
          type = "app";
          program = lib.getExe (hmlsOf pkgs);
          meta.description = "The language server, on standard input and output";
        };
        demo = {
          type = "app";
          program = "${pkgs.writeShellScript "hmls-demo" ''exec ${lib.getExe (hmlsOf pkgs)} demo "$@"''}";
          meta.description = "What an editor shows of the example, or of your own flake";
        };
      });

      devShells = forEachSystem (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ (hmlsOf pkgs) ];
          packages = [
            pkgs.gnumake
            pkgs.git
            pkgs.neovim
            pkgs.nodejs
            pkgs.python3
          ];
        };
      });

      checks = forEachSystem (pkgs: {
        package = hmlsOf pkgs;
        example = pkgs.runCommand "hmls-check-example" { } ''
          ${lib.getExe (hmlsOf pkgs)} check ${./examples/homelab}
          touch $out
        '';
      });

      homeManagerModules.default = import ./nix/home-manager.nix self;
      homeModules = self.homeManagerModules;
    };
}
