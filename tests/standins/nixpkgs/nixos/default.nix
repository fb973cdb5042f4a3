# The NixOS options that the example sets or reads, with NixOS's types and defaults.
{
  config,
  lib,
  nixpkgs,
  ...
}:

let
  inherit (lib) mkEnableOption mkOption types;

  option = type: default: mkOption { inherit type default; };
  required = type: mkOption { inherit type; };
  switch = option types.bool false;
  strings = option (types.listOf types.str) [ ];

  account =
    { name, config, ... }:
    {
      options = {
        name = required types.str;
        description = option types.str "";
        extraGroups = strings;
        home = option types.path "/var/empty";
        isNormalUser = switch;
        openssh.authorizedKeys.keys = strings;
        packages = option (types.listOf types.package) [ ];
        shell = option (types.nullOr (types.either types.package types.path)) null;
        uid = option (types.nullOr types.int) null;
      };
      config = lib.mkMerge [
        { name = lib.mkDefault name; }
        (lib.mkIf config.isNormalUser { home = lib.mkDefault "/home/${config.name}"; })
      ];
    };

  fileSystem.options = {
    device = option (types.nullOr types.nonEmptyStr) null;
    fsType = option types.nonEmptyStr "auto";
    options = option (types.listOf types.nonEmptyStr) [ "defaults" ];
  };
in
{
  options = {
    assertions = option (types.listOf types.unspecified) [ ];
    warnings = strings;

    boot = {
      initrd.availableKernelModules = strings;
      initrd.luks.devices = option (types.attrsOf (
        types.submodule { options.device = required types.str; }
      )) { };
      kernelModules = strings;
      loader = {
        efi.canTouchEfiVariables = switch;
        generic-extlinux-compatible.enable = switch;
        grub.enable = option types.bool (!config.boot.loader.systemd-boot.enable);
        systemd-boot.enable = switch;
      };
    };

    documentation.enable = option types.bool true;
    environment.systemPackages = option (types.listOf types.package) [ ];
    fileSystems = option (types.attrsOf (types.submodule fileSystem)) { };

    fonts = {
      fontconfig.enable = option types.bool true;
      packages = option (types.listOf types.path) [ ];
    };

    hardware = {
      bluetooth.enable = switch;
      cpu.amd.updateMicrocode = switch;
      cpu.intel.updateMicrocode = switch;
    };

    i18n.defaultLocale = option types.str "en_US.UTF-8";

    networking = {
      firewall.allowedTCPPorts = option (types.listOf types.port) [ ];
      hostName = option (types.strMatching "|[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?") "nixos";
      networkmanager.enable = mkEnableOption "NetworkManager";
    };

    nix = {
      enable = option types.bool true;
      gc = {
        automatic = switch;
        dates = option types.singleLineStr "03:15";
        options = option types.singleLineStr "";
      };
      package = option types.package config._module.args.pkgs.nix;
      settings = mkOption {
        default = { };
        type = types.submodule {
          freeformType = types.attrsOf types.anything;
          options.trusted-users = option (types.listOf types.str) [ "root" ];
        };
      };
    };

    nixpkgs = {
      hostPlatform = required types.str;
      system = option types.str config.nixpkgs.hostPlatform;
    };

    programs = {
      dconf.enable = switch;
      sway.enable = switch;
      sway.wrapperFeatures = option (types.attrsOf types.bool) { };
      zsh.enable = switch;
    };

    security.polkit.enable = switch;

    services = {
      desktopManager.gnome.enable = switch;
      displayManager.gdm.enable = switch;
      openssh.enable = switch;
      openssh.settings = mkOption {
        default = { };
        type = types.submodule {
          freeformType = types.attrsOf types.anything;
          options = {
            PasswordAuthentication = option (types.nullOr types.bool) true;
            PermitRootLogin = option (types.nullOr (
              types.enum [
                "yes"
                "no"
                "prohibit-password"
              ]
            )) "prohibit-password";
          };
        };
      };
      pipewire.enable = switch;
      pipewire.pulse.enable = switch;
      power-profiles-daemon.enable = switch;
      printing.enable = switch;
      tlp.enable = switch;
    };

    system = {
      build = option (types.lazyAttrsOf types.unspecified) { };
      stateVersion = option types.str lib.trivial.release;
    };

    time.timeZone = option (types.nullOr types.str) null;
    users.users = option (types.attrsOf (types.submodule account)) { };
  };

  config = {
    _module.args.pkgs = import nixpkgs {
      inherit lib;
      inherit (config.nixpkgs) system;
    };
    boot.kernelModules = [ "loop" ];
    system.build.toplevel = config._module.args.pkgs.writeText config.networking.hostName (
      builtins.toJSON (lib.mapAttrs (_name: user: user.home) config.users.users)
    );
  };
}
