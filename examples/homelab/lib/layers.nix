# Reads the folders of homes/ and systems/: a new folder is a new home or a new machine, and no list
# has to be kept anywhere else.
{
  lib,
  homes,
  systems,
}:

let
  foldersOf =
    dir:
    builtins.attrNames (
      lib.filterAttrs (_name: kind: kind == "directory") (builtins.readDir dir)
    );

  layers = foldersOf homes;

  # homes/alice@global and homes/bob@global: [ "alice" "bob" ]
  usersWith =
    suffix: map (lib.removeSuffix suffix) (builtins.filter (lib.hasSuffix suffix) layers);

  # Those of the layers that exist.
  pathsOf = names: map (name: homes + "/${name}") (lib.intersectLists layers names);

  metaOf =
    layer:
    let
      dir = homes + "/${layer}";
    in
    if builtins.pathExists (dir + "/meta.nix") then
      import (dir + "/meta.nix")
    else if builtins.pathExists (dir + "/meta.json") then
      lib.importJSON (dir + "/meta.json")
    else
      { };
in
{
  hosts = foldersOf systems;

  # Who has a home of their own to switch to: base, @global, or both.
  standaloneUsers = lib.unique (
    builtins.filter (name: !lib.hasInfix "@" name) layers ++ usersWith "@global"
  );

  droidUsers = usersWith "@droid";

  # The layers of a home, as modules.
  standalone =
    user:
    pathsOf [
      user
      "${user}@global"
    ];
  onHost =
    user: host:
    pathsOf [
      user
      "${user}@${host}"
    ];
  onDroid =
    user:
    pathsOf [
      user
      "${user}@droid"
    ];

  # The platform of a standalone home. What base says goes before what @global says.
  systemOf =
    user:
    let
      meta = metaOf "${user}@global" // metaOf user;
    in
    meta.system or "x86_64-linux";
}
