# Folders that are copied somewhere safe, each on its own schedule.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkOpt types;

  cfg = config.homelab.backup;

  job = types.submodule (
    { name, ... }:
    {
      options = {
        enable = lib.mkBoolOpt true "Whether this job runs.";
        folder = mkOpt types.str "${config.home.homeDirectory}/${name}" "What to copy.";
        exclude = mkOpt (types.listOf types.str) [ ] "Patterns to leave out.";
        schedule = mkOpt (types.either types.ints.positive types.str) "daily" ''
          When: a systemd calendar expression, or a number of hours.
        '';
        keep = mkOpt (types.attrsOf types.ints.unsigned) { daily = 7; } ''
          How many copies to keep, by period.
        '';
      };
    }
  );

  calendar =
    schedule: if lib.isInt schedule then "*-*-* 0/${toString schedule}:00:00" else schedule;

  jobs = lib.filterAttrs (_name: job: job.enable) cfg.jobs;
  unitNames = lib.mapAttrs' (name: lib.nameValuePair "backup-${name}");
in
{
  options.homelab.backup = {
    repository = mkOpt types.str "sftp:pi.home.arpa:/srv/backup" "Where the copies go.";
    jobs = mkOpt (types.attrsOf job) { } "What to copy.";
  };

  config = lib.mkIf (jobs != { } && pkgs.stdenv.hostPlatform.isLinux) {
    home.packages = [ pkgs.restic ];

    systemd.user.services = unitNames (
      lib.mapAttrs (name: job: {
        Unit.Description = "Back up ${name}";
        Service = {
          Type = "oneshot";
          Environment = [ "RESTIC_REPOSITORY=${cfg.repository}" ];
          ExecStart = lib.concatStringsSep " " (
            [
              (lib.getExe pkgs.restic)
              "backup"
              job.folder
            ]
            ++ map (pattern: "--exclude=${lib.escapeShellArg pattern}") job.exclude
          );
        };
      }) jobs
    );

    systemd.user.timers = unitNames (
      lib.mapAttrs (_name: job: {
        Timer = {
          OnCalendar = calendar job.schedule;
          Persistent = true;
        };
        Install.WantedBy = [ "timers.target" ];
      }) jobs
    );
  };
}
