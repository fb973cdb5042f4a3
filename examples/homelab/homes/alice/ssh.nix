{
  homelab.ssh = {
    enable = true;
    machines = {
      pi.user = "alice";
      nas = {
        address = "10.0.0.5";
        port = 2222;
      };
      uni = {
        address = "login.uni.example";
        user = "alid";
        via = "pi";
      };
    };
  };
}
