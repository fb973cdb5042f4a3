{
  description = "Stands for nixpkgs: its lib, nixosSystem, and packages by name only";

  # The real library is `--override-input nixpkgs/library path:/…/nixpkgs/lib`.
  inputs.library = {
    url = "path:./lib";
    flake = false;
  };

  outputs =
    { self, library }:
    let
      lib = (import library).extend (
        final: _previous: {
          nixosSystem =
            {
              modules,
              specialArgs ? { },
              system ? null,
            }:
            final.evalModules {
              class = "nixos";
              specialArgs = {
                modulesPath = "${self}/nixos";
              }
              // specialArgs;
              modules = [
                ./nixos
                {
                  _module.args.nixpkgs = self.outPath;
                  nixpkgs = final.optionalAttrs (system != null) { inherit system; };
                }
              ]
              ++ modules;
            };
        }
      );
      platforms = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs platforms (system: import self { inherit lib system; });
    };
}
