{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkBoolOpt mkOpt types;

  user = types.submodule (
    { name, ... }:
    {
      options = {
        description = mkOpt types.str name "The person's full name.";
        admin = mkBoolOpt false "Whether this person may use sudo.";
        keys = mkOpt (types.listOf types.str) [ ] "SSH keys that may log in.";
      };
    }
  );
in
{
  options.homelab.users = mkOpt (types.attrsOf user) { } ''
    Who uses this machine. Each gets an account, and a home made of homes/<user> and
    homes/<user>@<host>.
  '';

  config = {
    users.users = lib.mapAttrs (_name: person: {
      isNormalUser = true;
      inherit (person) description;
      extraGroups = [ "networkmanager" ] ++ lib.optional person.admin "wheel";
      openssh.authorizedKeys.keys = person.keys;
      shell = pkgs.zsh;
    }) config.homelab.users;

    programs.zsh.enable = true;
  };
}
