{ lib }:

{
  dag = import ./dag.nix lib;
  gvariant = import ./gvariant.nix lib;
  types = import ./types.nix lib;
}
