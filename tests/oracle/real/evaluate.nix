# The values of some settings of one home of a flake, each as JSON text; null for one that throws.
{ given }:

let
  told = builtins.fromJSON (builtins.readFile given);
  lib = import told.lib;
  standins = import ./standins.nix {
    inherit lib;
    inherit (told)
      homeManager
      folder
      words
      sources
      system
      ;
  };
  flake = import "${told.flake}/flake.nix";
  inputs = builtins.mapAttrs (
    name: role: if role == null then standins.absent name else standins.byRole role
  ) told.inputs;
  self = outputs // {
    inherit inputs outputs;
    _type = "flake";
    outPath = told.flake;
    sourceInfo.outPath = told.flake;
  };
  outputs = flake.outputs (inputs // { inherit self; });
  get = builtins.foldl' (value: name: value.${name});
  has =
    value: path:
    path == [ ]
    || builtins.isAttrs value
    && value ? ${builtins.head path}
    && has value.${builtins.head path} (builtins.tail path);
  config = get (get outputs told.output).config told.home;
  answer =
    path:
    let
      result = builtins.tryEval (
        if has config path then [ (builtins.toJSON (get config path)) ] else "absent"
      );
    in
    if result.success then result.value else "throws";
in
map answer told.paths
