{
  systemd.user = {
    services.watch-disk = {
      Unit.Description = "Say when the disk is nearly full";
      Service = {
        Type = "oneshot";
        Environment = [ "LIMIT=90" ];
        ExecStart = "%h/bin/watch-disk";
      };
    };

    timers.watch-disk = {
      Timer.OnCalendar = "hourly";
      Install.WantedBy = [ "timers.target" ];
    };
  };
}
