{
  description = "Stands for nixpkgs when our own flake is evaluated: functions give back what they get";

  inputs.library = {
    url = "path:./lib";
    flake = false;
  };

  outputs =
    { library, ... }:
    let
      # What the stand-in library lacks; the real one is used as it is.
      lib = (import library).extend (
        _: known: {
          fileset =
            known.fileset or {
              toSource = { root, fileset }: builtins.deepSeq fileset root;
              unions = map (path: if builtins.pathExists path then path else throw "no ${toString path}");
            };
          generators = {
            toLua = _: builtins.toJSON;
          }
          // known.generators or { };
        }
      );
      names = [
        "click"
        "dulwich"
        "git"
        "gnumake"
        "hatchling"
        "lsprotocol"
        "neovim"
        "nodejs"
        "platformdirs"
        "pygls"
        "python3"
        "rapidfuzz"
        "rich"
        "setuptools"
        "tree-sitter"
      ];
      packagesFor =
        system:
        let
          derivationOf =
            name: arguments:
            arguments
            // {
              inherit name system;
              type = "derivation";
              outPath = "/store/${name}";
            };
          package = name: derivationOf name { };
          build = arguments: derivationOf "${arguments.pname}-${arguments.version}" arguments;
          pkgs = lib.genAttrs names package // {
            inherit lib pkgs system;
            stdenv.hostPlatform = { inherit system; };
            python3Packages = lib.genAttrs names package // {
              buildPythonApplication = build;
              buildPythonPackage =
                arguments: build (if builtins.isFunction arguments then arguments { } else arguments);
            };
            callPackage =
              file: extra:
              let
                function = import file;
              in
              function (builtins.intersectAttrs (builtins.functionArgs function) pkgs // extra);
            fetchPypi = arguments: arguments;
            mkShell = derivationOf "shell";
            runCommand = name: _: script: derivationOf name { inherit script; };
            writeShellScript = name: _: "/store/${name}";
            formats.json = _: { type = lib.types.attrsOf lib.types.anything; };
          };
        in
        pkgs;
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-darwin"
        "x86_64-linux"
      ] packagesFor;
    };
}
