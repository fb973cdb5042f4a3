# A small library with the names, the meaning and the errors of nixpkgs' `lib`: what the example, the
# stand-ins and small test flakes call. It can be exchanged for the real one at any time.
let
  extensible =
    functions:
    let
      self = functions self // {
        extend =
          change:
          extensible (
            self:
            let
              super = functions self;
            in
            super // change self super
          );
      };
    in
    self;

  parts = [
    ./basics.nix
    ./strings.nix
    ./options.nix
    ./modules.nix
  ];
in
extensible (
  lib:
  builtins.foldl' (all: part: all // import part lib) { } parts
  // {
    inherit (lib.types)
      mergeDefaultOption
      mergeEqualOption
      mergeOneOption
      mkOptionType
      ;
    types = import ./types.nix lib;
    trivial.release = "26.11";
    systems = import ./systems.nix lib;
  }
)
