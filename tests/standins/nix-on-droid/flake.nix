{
  description = "Stands for Nix-on-Droid: a device with one user and one home";

  outputs =
    {
      self,
      nixpkgs,
      home-manager,
    }:
    {
      overlays.default = _final: _previous: { };

      lib.nixOnDroidConfiguration =
        {
          pkgs,
          modules ? [ ],
          extraSpecialArgs ? { },
          home-manager-path ? home-manager.outPath,
        }:
        let
          evaluation = pkgs.lib.evalModules {
            specialArgs = extraSpecialArgs;
            modules = modules ++ [
              ./device.nix
              {
                _module.args = {
                  inherit home-manager-path;
                  pkgs = pkgs.lib.mkDefault pkgs;
                };
              }
            ];
          };
        in
        {
          inherit pkgs;
          inherit (evaluation) config options;
          inherit (evaluation.config.build) activationPackage;
        };
    };
}
