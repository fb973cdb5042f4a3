{ config, lib, ... }:

let
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; };
  cfg = config.sops;

  secret =
    { name, ... }:
    {
      options = {
        format = option types.str cfg.defaultSopsFormat;
        key = option types.str name;
        mode = option types.str "0400";
        path = option types.str "${cfg.defaultSymlinkPath}/${name}";
        sopsFile = option types.path cfg.defaultSopsFile;
      };
    };
in
{
  options.sops = {
    age.keyFile = option (types.nullOr types.str) null;
    defaultSopsFile = mkOption { type = types.path; };
    defaultSopsFormat = option types.str "yaml";
    defaultSymlinkPath = option types.str "${config.xdg.configHome}/sops-nix/secrets";
    secrets = option (types.attrsOf (types.submodule secret)) { };
  };

  config.assertions = lib.mkIf (cfg.secrets != { }) [
    {
      assertion = cfg.age.keyFile != null;
      message = "No key source configured for sops.";
    }
  ];
}
