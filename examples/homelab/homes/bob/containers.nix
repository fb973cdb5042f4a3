{ pkgs, ... }:

let
  limits = rec {
    memory = 4;
    swap = memory * 2;
  };
in
{
  home.packages = with pkgs; [
    dive
    podman
    podman-compose
  ];

  home.sessionVariables.DOCKER_HOST = "unix://$XDG_RUNTIME_DIR/podman/podman.sock";

  xdg.configFile."containers/containers.conf".text = ''
    [engine]
    compose_warning_logs = false

    [containers]
    memory = "${toString limits.memory}g"
    memory_swap = "${toString limits.swap}g"
  '';
}
