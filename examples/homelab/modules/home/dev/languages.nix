{
  config,
  lib,
  pkgs,
  ...
}:

let
  tools = with pkgs; {
    nix = [
      nil
      nixfmt
    ];
    python = [
      python3
      ruff
      uv
    ];
    rust = [
      cargo
      clippy
      rust-analyzer
    ];
    web = [
      nodejs
      typescript-language-server
    ];
  };

  cfg = config.homelab.languages;
in
{
  options.homelab.languages = lib.mkOption {
    type = lib.types.listOf (lib.types.enum (lib.attrNames tools));
    default = [ ];
    description = "Languages to have the tools of.";
    example = [ "nix" ];
  };

  config.home = {
    packages = lib.concatMap (language: tools.${language}) (lib.unique cfg);
    sessionPath = lib.mkIf (lib.elem "rust" cfg) (lib.mkAfter [ "$HOME/.cargo/bin" ]);
  };
}
