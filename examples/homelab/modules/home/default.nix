{ lib, ... }:

{
  imports = lib.discover ./.;
}
