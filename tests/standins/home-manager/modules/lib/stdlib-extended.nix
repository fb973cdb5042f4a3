# A library of nixpkgs, with `lib.hm` beside the rest.
lib: lib.extend (final: _: { hm = import ./. { lib = final; }; })
