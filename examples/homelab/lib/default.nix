# nixpkgs' library, Home Manager's `lib.hm`, and our own functions beside them. Every module of this
# repository gets it as its `lib` argument.
{ inputs, self }:

inputs.nixpkgs.lib.extend (
  final: _prev:
  {
    inherit (inputs.home-manager.lib) hm;

    layers = import ./layers.nix {
      lib = final;
      homes = ../homes;
      systems = ../systems;
    };
  }
  // import ./options.nix { lib = final; }
  // import ./discover.nix { lib = final; }
  // import ./builders.nix {
    inherit inputs self;
    lib = final;
  }
)
