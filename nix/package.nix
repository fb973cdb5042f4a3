{
  lib,
  python3Packages,
  fetchPypi,
}:
let
  version = builtins.match ".*__version__ = \"([^\"]*)\".*" (builtins.readFile ../hmls/__init__.py);
in
python3Packages.buildPythonApplication {
  pname = "hmls";
  version = lib.head version;
  pyproject = true;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../hmls
      ../examples
      ../pyproject.toml
      ../README.md
      ../LICENSE
    ];
  };

  build-system = [ python3Packages.hatchling ];

  dependencies = with python3Packages; [
    click
    dulwich
    lsprotocol
    platformdirs
    pygls
    rapidfuzz
    rich
    tree-sitter
    (buildPythonPackage rec {
      pname = "tree-sitter-nix";
      version = "0.1.0";
      pyproject = true;
      src = fetchPypi {
        pname = "tree_sitter_nix";
        inherit version;
        hash = "sha256-tVH9APu6yS8wD6lB88QbZh8pDBQVWd4PaQ1VCdmsPLA=";
      };
      build-system = [ setuptools ];
    })
  ];

  pythonImportsCheck = [
    "hmls"
    "hmls.server.app"
  ];

  meta = {
    description = "Language server for Home Manager configurations in a flake's homes/ tree";
    homepage = "https://github.com/hmls/hmls";
    license = lib.licenses.mit;
    mainProgram = "hmls";
    platforms = lib.platforms.unix;
  };
}
