# Only where Alice deploys by hand: computers that are not ours.
{ config, lib, ... }:

{
  homelab = {
    person.email = "alice.liddell@example.org";
    git.sign = false;
    shell.zsh.greeting = "Not one of our machines: no secrets here.";
  };

  home.activation.warnAboutDotfiles = lib.hm.dag.entryAfter [ "writeBoundary" ] ''
    if [ -e "$HOME/.zshrc.orig" ]; then
      echo "There is an old ~/.zshrc.orig; nothing reads it any more."
    fi
  '';

  home.sessionVariables = {
    EDITOR = lib.mkOverride 90 "nvim -R";
    HISTFILE = "${config.xdg.stateHome}/zsh/history";
  };

  nix.gc = {
    automatic = true;
    dates = "weekly";
  };
}
