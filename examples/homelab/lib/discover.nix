{ lib, ... }:

let
  isModule =
    dir: name: kind:
    if kind == "directory" then
      builtins.pathExists (dir + "/${name}/default.nix")
    else
      lib.hasSuffix ".nix" name && name != "default.nix";
in
{
  # All modules of a folder, for its default.nix to import: the other .nix files, and the folders
  # that have a default.nix of their own.
  discover =
    dir:
    lib.pipe (builtins.readDir dir) [
      (lib.filterAttrs (isModule dir))
      builtins.attrNames
      (map (name: dir + "/${name}"))
    ];
}
