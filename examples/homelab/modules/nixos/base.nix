{ lib, pkgs, ... }:

{
  i18n.defaultLocale = "en_GB.UTF-8";
  time.timeZone = lib.mkDefault "Europe/Berlin";

  environment.systemPackages = with pkgs; [
    git
    htop
    pciutils
    usbutils
  ];

  networking.networkmanager = lib.enabled;

  nix = {
    gc = {
      automatic = true;
      dates = "weekly";
      options = "--delete-older-than 30d";
    };
    settings = {
      auto-optimise-store = true;
      experimental-features = [
        "nix-command"
        "flakes"
      ];
      trusted-users = [ "@wheel" ];
    };
  };

  services.openssh = {
    enable = true;
    settings.PasswordAuthentication = lib.mkDefault false;
  };
}
