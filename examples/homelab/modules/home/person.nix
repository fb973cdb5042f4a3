# Who this home belongs to. Git, mail and the rest ask here.
{ config, lib, ... }:

let
  inherit (lib) mkOpt types;

  cfg = config.homelab.person;
in
{
  options.homelab.person = {
    name = mkOpt types.str config.home.username "The person's full name.";
    email = mkOpt (types.nullOr types.str) null "Where mail reaches them.";
    github = mkOpt (types.nullOr types.str) null "Their name on GitHub.";

    signature = lib.mkOption {
      type = types.str;
      description = "How they sign a message.";
      default = cfg.name + lib.optionalString (cfg.email != null) " <${cfg.email}>";
      defaultText = lib.literalExpression ''"''${name} <''${email}>"'';
    };
  };
}
