# What stands in for the inputs of a flake, so that real Nix evaluates its homes offline.
#
# Home Manager, nixpkgs' lib and the inputs of `sources` are the real ones. Packages are derivations
# by name only, with every name that the sources use; modules of other inputs are empty.
{
  lib,
  homeManager,
  folder,
  words,
  sources,
  system,
}:

let
  reserved = [
    "lib"
    "self"
    "super"
    "config"
    "options"
    "type"
    "outPath"
  ];
  names = lib.filter (
    name: !(lib ? ${name}) && !(builtins ? ${name}) && !(lib.elem name reserved)
  ) words;

  # Anything of a package set: a derivation, a function that makes one, and a set of further ones.
  package =
    depth: name:
    (if depth > 3 then { } else lib.genAttrs names (package (depth + 1)))
    // {
      type = "derivation";
      inherit name system;
      pname = name;
      version = "0";
      outPath = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-${name}";
      drvPath = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-${name}.drv";
      meta = {
        mainProgram = name;
      };
      __functor = _self: _argument: package 3 name;
    };

  scalar =
    with lib.types;
    nullOr (oneOf [
      bool
      int
      float
      str
      path
    ]);
  value =
    with lib.types;
    nullOr (oneOf [
      bool
      int
      float
      str
      path
      (attrsOf value)
      (listOf value)
    ]);
  repeated = with lib.types; attrsOf (coercedTo scalar lib.singleton (listOf scalar));
  sections = with lib.types; attrsOf (attrsOf (either scalar (listOf scalar)));
  formats = lib.genAttrs (names ++ [ "json" "yaml" "toml" "ini" ]) (
    kind: arguments: {
      type =
        if arguments.listsAsDuplicateKeys or false && lib.hasPrefix "keyvalue" (lib.toLower kind) then
          repeated
        else if lib.hasSuffix "ini" (lib.toLower kind) then sections else value;
      generate = name: _value: package 3 name;
    }
  );

  systemNames = [
    "x86_64-linux"
    "aarch64-linux"
    "aarch64-darwin"
    "x86_64-darwin"
  ];
  platform = lib.systems.elaborate system;
  whole = sources.nixpkgs or null;
  packages =
    if whole != null then
      import whole {
        inherit system;
        overlays = [ ];
        config = { };
      }
    else
      standinPackages;
  standinPackages =
    lib.genAttrs names (package 0)
    // {
      inherit lib formats system;
      _type = "pkgs";
      config = { };
      overlays = [ ];
      path = folder;
      hostPlatform = platform;
      stdenv = package 0 "stdenv" // {
        inherit system;
        hostPlatform = platform;
        buildPlatform = platform;
        targetPlatform = platform;
        inherit (platform) isDarwin isLinux isAarch64 isx86_64;
      };
      extend = _overlay: packages;
      appendOverlays = _overlays: packages;
    };

  systems = import ./systems.nix {
    inherit
      lib
      homeManager
      folder
      packages
      package
      ;
  };
  flakeLib = lib.extend (
    _final: _previous: {
      nixosSystem = if whole == null then systems.evaluate "nixos" else wholeSystem;
    }
  );
  # As in nixpkgs' flake.nix, but that options of absent modules may be set.
  wholeSystem =
    arguments:
    import "${whole}/nixos/lib/eval-config.nix" (
      {
        lib = flakeLib;
        system = null;
      }
      // arguments
      // {
        modules = arguments.modules ++ [ { _module.check = lib.mkForce false; } ];
      }
    );
  nixpkgs = {
    _type = "flake";
    outPath = folder;
    lib = flakeLib;
    legacyPackages = lib.genAttrs lib.systems.flakeExposed (_system: packages);
    nixosModules = { };
    rev = "0000000000000000000000000000000000000000";
    shortRev = "0000000";
    lastModifiedDate = "19700101000000";
  };

  # As lib/eval-config.nix and modules/default.nix of Home Manager, without the checks at the end.
  homeManagerConfiguration =
    {
      lib ? flakeLib,
      modules ? [ ],
      pkgs,
      extraSpecialArgs ? { },
      ...
    }:
    let
      extended = import "${homeManager}/modules/lib/stdlib-extended.nix" lib;
    in
    extended.evalModules {
      class = "homeManager";
      specialArgs = {
        modulesPath = "${homeManager}/modules";
      }
      // extraSpecialArgs;
      modules = [
        {
          imports = modules;
          _module.check = lib.mkForce false;
          programs.home-manager.path = homeManager;
          nixpkgs = {
            config = lib.mkDefault pkgs.config;
            inherit (pkgs) overlays;
          };
        }
      ]
      ++ import "${homeManager}/modules/modules.nix" {
        inherit pkgs;
        lib = extended;
        check = false;
      };
    };
  home-manager = {
    _type = "flake";
    outPath = homeManager;
    lib = import "${homeManager}/lib" { inherit lib; } // {
      inherit homeManagerConfiguration;
    };
    nixosModules = rec {
      home-manager = "${homeManager}/nixos";
      default = home-manager;
    };
    darwinModules = rec {
      home-manager = "${homeManager}/nix-darwin";
      default = home-manager;
    };
    flakeModules = rec {
      home-manager = "${homeManager}/flake-module.nix";
      default = home-manager;
    };
  };

  # A flake of which nothing is at hand.
  absent =
    name:
    lib.genAttrs names (absentOutput name)
    // {
      _type = "flake";
      outPath = "/standin/${name}";
      rev = nixpkgs.rev;
      shortRev = nixpkgs.shortRev;
      lib = lib.genAttrs names (package 0);
    };
  absentOutput =
    flake: name:
    if name == "flakeModule" then
      flakeModule
    else if name == "flakeModules" then
      lib.genAttrs names (_name: flakeModule)
    else if lib.hasSuffix "Modules" name then
      lib.genAttrs names (
        name: if name == "home-manager" then lib.genAttrs names (_name: { }) else { }
      )
    else if name == "modules" then
      lib.genAttrs names (_class: lib.genAttrs names (_name: { }))
    else if lib.hasSuffix "Module" name then
      { }
    else if name == "overlays" then
      lib.genAttrs names (_name: _final: _previous: { })
    else if name == "overlay" then
      _final: _previous: { }
    else
      package 0 "${flake}-${name}";

  # What it would declare in flake-parts is let through.
  flakeModule =
    { flake-parts-lib, ... }:
    {
      config._module.check = lib.mkForce false;
      options.perSystem = flake-parts-lib.mkPerSystemOption { _module.check = lib.mkForce false; };
    };

  real =
    path:
    let
      flake = import "${path}/flake.nix";
      taken = builtins.functionArgs flake.outputs // flake.inputs or { };
      given = lib.mapAttrs (name: _: byRole name) (removeAttrs taken [ "self" ]);
      self = flake.outputs (given // { inherit self; }) // {
        _type = "flake";
        outPath = path;
        inputs = given;
      };
    in
    self;

  byRole =
    role:
    if role == "nixpkgs" || role == "nixpkgs-lib" then
      nixpkgs
    else if role == "home-manager" then
      home-manager
    else if role == "systems" then
      { outPath = builtins.toFile "systems.nix" "[ ${toString (map builtins.toJSON systemNames)} ]"; }
    else if role == "nix-darwin" then
      absent role // { lib.darwinSystem = systems.evaluate "darwin"; }
    else if role == "nix-on-droid" then
      absent role // { lib.nixOnDroidConfiguration = systems.droid; }
    else if sources ? ${role} then
      real sources.${role}
    else
      absent role;
in
{
  inherit byRole packages absent;
}
