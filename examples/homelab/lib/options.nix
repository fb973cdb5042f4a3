# Short forms of what modules write most.
{ lib, ... }:

{
  enabled.enable = true;
  disabled.enable = false;

  # mkOpt lib.types.port 22 "Port of the daemon."
  mkOpt =
    type: default: description:
    lib.mkOption { inherit type default description; };

  # mkBoolOpt false "Whether to …"
  mkBoolOpt =
    default: description:
    lib.mkOption {
      inherit default description;
      type = lib.types.bool;
    };
}
