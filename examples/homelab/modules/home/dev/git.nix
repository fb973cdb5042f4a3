{ config, lib, ... }:

let
  inherit (lib) mkIf mkOpt types;

  cfg = config.homelab.git;
  inherit (config.homelab) person;

  identity = types.submodule (
    { name, ... }:
    {
      options = {
        folder = mkOpt types.str "~/src/${name}/" "Repositories below this folder.";
        email = lib.mkOption {
          type = types.str;
          description = "The address to commit with there.";
        };
      };
    }
  );
in
{
  options.homelab.git = {
    enable = lib.mkEnableOption "git";
    sign = lib.mkBoolOpt false "Whether to sign commits with an SSH key.";
    signingKey = lib.mkOption {
      type = types.str;
      description = "The key to sign with. There is none unless `sign` is set.";
      example = "~/.ssh/id_ed25519.pub";
    };
    identities = mkOpt (types.attrsOf identity) { } "Other addresses, by folder.";
  };

  config.programs.git = mkIf cfg.enable {
    enable = true;
    ignores = [
      ".direnv/"
      "result"
    ];

    settings = {
      init.defaultBranch = "main";
      pull.rebase = lib.mkDefault true;
      push.autoSetupRemote = true;
      user = {
        name = lib.mkDefault person.name;
        email = mkIf (person.email != null) (lib.mkDefault person.email);
      };
    };

    signing = mkIf cfg.sign {
      format = "ssh";
      key = cfg.signingKey;
      signByDefault = true;
    };

    includes = lib.mapAttrsToList (_name: identity: {
      condition = "gitdir:${identity.folder}";
      contents.user.email = identity.email;
    }) cfg.identities;
  };
}
