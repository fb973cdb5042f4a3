# What a platform's name says about it.
lib: {
  elaborate =
    system:
    let
      parts = lib.splitString "-" system;
      cpu = builtins.head parts;
      kernel = lib.last parts;
    in
    {
      inherit system;
      config = "${cpu}-${if kernel == "darwin" then "apple-darwin" else "unknown-linux-gnu"}";
      isAarch64 = cpu == "aarch64";
      isDarwin = kernel == "darwin";
      isLinux = kernel == "linux";
      isx86_64 = cpu == "x86_64";
      parsed = {
        cpu.name = cpu;
        kernel.name = kernel;
      };
    };

  flakeExposed = [
    "x86_64-linux"
    "aarch64-linux"
    "aarch64-darwin"
  ];
}
