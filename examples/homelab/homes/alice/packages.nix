{ lib, pkgs, }:

with pkgs;
[
  fd
  jq
  ripgrep
  tree
]
++ lib.optionals stdenv.hostPlatform.isx86_64 [
  hyperfine
  valgrind
]
