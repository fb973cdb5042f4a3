# Home Manager's own modules: the options that the example sets, with Home Manager's types and
# defaults, and of what Home Manager itself defines only the base directories.
{
  pkgs,
  lib,
  check ? true,
  useNixpkgsModule ? true,
}:

[
  ./desktop.nix
  ./files.nix
  ./home.nix
  ./programs.nix
  ./services.nix
  ./shell.nix
  {
    _module = {
      inherit check;
      args.pkgs = lib.mkDefault pkgs;
    };
  }
]
