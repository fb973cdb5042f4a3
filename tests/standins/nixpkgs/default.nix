# `import nixpkgs { system = …; }`: packages that have a name and a platform, and nothing else.
{
  system,
  config ? { },
  overlays ? [ ],
  lib ? import ./lib,
}:

let
  hostPlatform = lib.systems.elaborate system;

  package =
    name:
    derivation {
      inherit name system;
      builder = "/bin/sh";
      args = [
        "-c"
        "PATH=/bin:/usr/bin; mkdir -p $out/bin; echo $name > $out/name"
      ];
    }
    // {
      pname = name;
      version = "0";
      meta = {
        inherit name;
        mainProgram = mainPrograms.${name} or name;
      };
    };

  mainPrograms = {
    neovim = "nvim";
    neovim-unwrapped = "nvim";
    ripgrep = "rg";
  };

  writeText =
    name: text:
    derivation {
      inherit name system text;
      builder = "/bin/sh";
      args = [
        "-c"
        "printf %s \"$text\" > $out"
      ];
    };

  wordsOf =
    file:
    builtins.filter (word: builtins.isString word && word != "") (
      builtins.split "[ \n]+" (builtins.readFile file)
    );
  names = wordsOf ./packages.txt;
  pluginNames = wordsOf ./vim-plugins.txt;

  pkgs =
    lib.genAttrs names package
    // {
      _type = "pkgs";
      inherit
        config
        lib
        overlays
        pkgs
        system
        writeText
        ;
      path = ./.;
      stdenv = {
        inherit hostPlatform system;
        inherit (hostPlatform) isAarch64 isDarwin isLinux;
        buildPlatform = hostPlatform;
      };
      vimPlugins = lib.genAttrs pluginNames package;
      writeTextFile =
        {
          name,
          text,
          ...
        }:
        writeText name text;
    };

  overlaid = builtins.foldl' (
    previous: overlay: previous // overlay overlaid previous
  ) pkgs overlays;
in
overlaid
