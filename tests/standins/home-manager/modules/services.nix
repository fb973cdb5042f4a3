{ lib, ... }:

let
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; };
  strings = types.coercedTo types.str lib.toList (types.listOf types.str);
  scalar = types.oneOf [
    types.bool
    types.int
    types.str
    types.path
  ];

  unit =
    more:
    types.submodule {
      imports = [ more ];
      freeformType = types.attrsOf (types.attrsOf (types.either scalar (types.listOf scalar)));
      options.Unit = {
        Description = option (types.nullOr types.str) null;
        Documentation = option strings [ ];
      };
    };

  service.options.Service = {
    Environment = option strings [ ];
    ExecStart = mkOption {
      type =
        let
          command = types.either types.package types.str;
        in
        types.either command (types.listOf command);
      apply = lib.toList;
      default = [ ];
    };
  };
in
{
  options = {
    nix = {
      enable = option types.bool true;
      gc = {
        automatic = option types.bool false;
        dates = mkOption {
          type = types.either types.singleLineStr (types.listOf types.str);
          apply = lib.toList;
          default = "weekly";
        };
      };
      package = option (types.nullOr types.package) null;
    };

    systemd.user = {
      services = option (types.attrsOf (unit service)) { };
      timers = option (types.attrsOf (unit { })) { };
    };
  };
}
