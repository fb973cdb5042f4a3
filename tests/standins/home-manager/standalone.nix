# `homeManagerConfiguration`: a home that is deployed on its own.
{
  pkgs,
  lib ? pkgs.lib,
  modules ? [ ],
  extraSpecialArgs ? { },
  check ? true,
}:

let
  lib' = import ./modules/lib/stdlib-extended.nix lib;

  evaluation = lib'.evalModules {
    class = "homeManager";
    specialArgs = {
      modulesPath = toString ./modules;
    }
    // extraSpecialArgs;
    modules = [
      { imports = modules; }
    ]
    ++ import ./modules/modules.nix {
      inherit check pkgs;
      lib = lib';
    };
  };

  failed = builtins.filter (item: !item.assertion) evaluation.config.assertions;
  checked =
    if failed == [ ] then
      evaluation
    else
      throw (
        "\nFailed assertions:\n" + lib.concatMapStringsSep "\n" (item: "- ${item.message}") failed
      );
in
checked
// {
  inherit (checked.config.home) activationPackage;
  inherit pkgs;
}
