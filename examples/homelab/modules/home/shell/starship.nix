{ config, lib, ... }:

let
  cfg = config.homelab.shell.starship;
in
{
  options.homelab.shell.starship = {
    enable = lib.mkEnableOption "the starship prompt";
    symbol = lib.mkOpt lib.types.str "λ" "What stands before a command.";
    showHost = lib.mkBoolOpt (config.homelab.profile == "server") "Whether to name the machine.";
  };

  config.programs.starship = lib.mkIf cfg.enable {
    enable = true;
    settings = {
      add_newline = lib.mkDefault false;
      character = {
        success_symbol = "[${cfg.symbol}](bold green)";
        error_symbol = "[${cfg.symbol}](bold red)";
      };
      directory.truncation_length = lib.mkDefault 3;
      hostname = {
        disabled = !cfg.showHost;
        ssh_only = lib.mkDefault true;
      };
    };
  };
}
