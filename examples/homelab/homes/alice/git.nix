{ config, lib, ... }:

{
  homelab.git = lib.enabled // {
    sign = lib.mkDefault true;
    signingKey = "${config.home.homeDirectory}/.ssh/id_ed25519.pub";
    identities = {
      teahouse.email = "liddell@teahouse.example";
      university = {
        folder = "~/uni/";
        email = "a.liddell@uni.example";
      };
    };
  };

  programs.git.settings = {
    alias = {
      lg = "log --graph --oneline";
      st = "status --short";
      undo = "reset --soft HEAD^";
    };
    diff.algorithm = "histogram";
    github.user = config.homelab.person.github;
    rerere.enabled = true;
  };
}
